import { describe, expect, it } from 'vitest'
import { findBrowserOn } from '../../../hosts/find-browser.ts'

const machine = (platform: NodeJS.Platform, env: Record<string, string>, ...programs: string[]) => ({
  platform,
  env,
  isExecutable: (path: string) => programs.includes(path),
})

describe('finding a browser', () => {
  it('takes the one on the PATH', () => {
    expect(findBrowserOn(machine('linux', { PATH: '/bin:/usr/bin' }, '/usr/bin/chromium'))).toBe('/usr/bin/chromium')
  })

  it('prefers Chromium to Chrome to Edge', () => {
    const all = ['/b/microsoft-edge', '/a/google-chrome', '/b/chromium']
    expect(findBrowserOn(machine('linux', { PATH: '/a:/b' }, ...all))).toBe('/b/chromium')
  })

  it('looks in the usual places of macOS and Windows', () => {
    const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'
    expect(findBrowserOn(machine('darwin', {}, chrome))).toBe(chrome)
    const edge = 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe'
    expect(findBrowserOn(machine('win32', { 'ProgramFiles(x86)': 'C:\\Program Files (x86)' }, edge))).toBe(edge)
  })

  it('lets OUTPOST_BROWSER win, and refuses one that is not there', () => {
    const env = { PATH: '/usr/bin', OUTPOST_BROWSER: '/opt/mine' }
    expect(findBrowserOn(machine('linux', env, '/usr/bin/chromium', '/opt/mine'))).toBe('/opt/mine')
    expect(() => findBrowserOn(machine('linux', env, '/usr/bin/chromium'))).toThrow('/opt/mine')
  })

  it('says when there is none', () => {
    expect(findBrowserOn(machine('linux', { PATH: '/usr/bin' }))).toBeUndefined()
  })
})
