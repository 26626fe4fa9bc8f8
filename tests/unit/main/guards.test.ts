import { join, sep } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { isAppUrl, opensOutside } from '../../../main/navigation.ts'
import { guardPermissions, mayHavePermission } from '../../../main/permissions.ts'

vi.mock('electron', () => ({ net: {}, protocol: {} }))

const { fileOfUrl } = await import('../../../main/app-protocol.ts')

describe('where the page may go', () => {
  it('is to the app’s own documents alone', () => {
    expect(isAppUrl('app://outpost/index.html')).toBe(true)
    for (const url of [
      'https://example.com/',
      'app://other/index.html',
      'app://outpost.example/',
      'file:///etc/passwd',
      'javascript:1',
      '',
    ]) {
      expect(isAppUrl(url)).toBe(false)
    }
  })

  it('opens web pages, mail and telephone numbers outside, and nothing else', () => {
    for (const url of ['https://acme.example', 'http://acme.example', 'mailto:a@b.example', 'tel:+491234']) {
      expect(opensOutside(url)).toBe(true)
    }
    for (const url of ['file:///etc/passwd', 'javascript:alert(1)', 'smb://host/share', 'ms-msdt:/id', 'not a url']) {
      expect(opensOutside(url)).toBe(false)
    }
  })
})

describe('the permissions of the page', () => {
  it('are to copy text, and nothing else', () => {
    expect(mayHavePermission('clipboard-sanitized-write')).toBe(true)
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'hid',
      'openExternal',
      'fullscreen',
    ]) {
      expect(mayHavePermission(permission)).toBe(false)
    }
  })

  it('are answered for requests and checks alike', () => {
    type Handlers = Parameters<typeof guardPermissions>[0]
    let request: Parameters<Handlers['setPermissionRequestHandler']>[0] = null
    let check: Parameters<Handlers['setPermissionCheckHandler']>[0] = null
    guardPermissions({
      setPermissionRequestHandler: (handler) => {
        request = handler
      },
      setPermissionCheckHandler: (handler) => {
        check = handler
      },
    })
    const decided: boolean[] = []
    // biome-ignore format: one call a line
    for (const permission of ['media', 'clipboard-sanitized-write'] as const) {
      ;(request as unknown as (c: unknown, p: string, d: (granted: boolean) => void) => void)({}, permission, (granted) => decided.push(granted))
    }
    expect(decided).toEqual([false, true])
    expect((check as unknown as (c: unknown, p: string) => boolean)({}, 'media')).toBe(false)
  })
})

describe('the files that the app’s scheme serves', () => {
  const folder = join('/', 'opt', 'outpost', 'renderer')

  it('are those of the renderer', () => {
    expect(fileOfUrl('app://outpost/', folder)).toBe(join(folder, 'index.html'))
    expect(fileOfUrl('app://outpost/assets/main.js?v=1', folder)).toBe(join(folder, 'assets/main.js'))
  })

  it('never lie outside of it', () => {
    for (const path of ['..%2fmain%2findex.js', 'a/..%2f..%2f..%2fetc/passwd', '..%5c..%5cmain', '%00', '%']) {
      const file = fileOfUrl(`app://outpost/${path}`, folder)
      expect(file === undefined || file.startsWith(folder + sep)).toBe(true)
    }
    expect(fileOfUrl('app://outpost/..%2fmain%2findex.js', folder)).toBeUndefined()
    expect(fileOfUrl('app://other/index.html', folder)).toBeUndefined()
    expect(fileOfUrl('https://outpost/index.html', folder)).toBeUndefined()
  })
})
