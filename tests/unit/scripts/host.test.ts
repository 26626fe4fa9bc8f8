import { describe, expect, it } from 'vitest'
import { installCommand } from '../../../scripts/browser.ts'
import { type HostChoices, pickHost } from '../../../scripts/host.ts'

const choices = (change: Partial<HostChoices> = {}): HostChoices => ({
  hasDisplay: true,
  findElectron: () => undefined,
  downloadElectron: async () => undefined,
  ensureBrowser: () => '/usr/bin/chromium',
  ...change,
})
const never = async () => {
  throw new Error('It must not be downloaded.')
}

describe('the choice of a host', () => {
  it('is Electron where it is installed', async () => {
    const host = await pickHost({ headless: false }, choices({ findElectron: () => '/e', downloadElectron: never }))
    expect(host).toMatchObject({ kind: 'electron', program: '/e' })
  })

  it('is Electron where it can be downloaded', async () => {
    expect(await pickHost({ headless: false }, choices({ downloadElectron: async () => '/e' }))).toMatchObject({
      kind: 'electron',
    })
  })

  it('is a browser’s window where Electron can’t be had, and says so', async () => {
    const host = await pickHost({ headless: false }, choices())
    expect(host).toMatchObject({ kind: 'window', program: '/usr/bin/chromium' })
    expect(host.why).toContain('Electron could not be downloaded')
  })

  it('is a browser without a window where there is no display, or when asked for; nothing is downloaded then', async () => {
    const none = choices({ hasDisplay: false, downloadElectron: never, findElectron: () => '/e' })
    expect(await pickHost({ headless: false }, none)).toMatchObject({
      kind: 'headless',
      why: expect.stringContaining('display'),
    })
    expect(await pickHost({ headless: true }, choices({ downloadElectron: never }))).toMatchObject({ kind: 'headless' })
  })

  it('fails with the command to run where there is no browser either', async () => {
    const missing = () => {
      throw new Error(installCommand('darwin'))
    }
    await expect(pickHost({ headless: true }, choices({ ensureBrowser: missing }))).rejects.toThrow('brew install')
  })
})
