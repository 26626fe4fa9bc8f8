import { describe, expect, it, vi } from 'vitest'

vi.mock('electron', () => ({ ipcMain: { handle: () => {} } }))

const { answerCall, isTrustedSender } = await import('../../../main/ipc.ts')

const windowId = 1
const page = { sender: { id: windowId }, senderFrame: { url: 'app://outpost/index.html', parent: null } }
const id = '0190a000-0000-7000-8000-000000000001'

function answerers() {
  const calls: unknown[][] = []
  return {
    calls,
    main: async (...call: unknown[]) => {
      calls.push(call)
      return null
    },
    sync: async (...call: unknown[]) => {
      calls.push(call)
      return { ok: true, value: 'answer' } as const
    },
  }
}

describe('who may call main', () => {
  it('is the app’s own page, in the top frame of its window', () => {
    expect(isTrustedSender(page, windowId)).toBe(true)
  })

  it.each([
    ['another window', { ...page, sender: { id: 2 } }],
    ['a frame of the page', { ...page, senderFrame: { ...page.senderFrame, parent: {} } }],
    ['a frame that is gone', { ...page, senderFrame: null }],
    ['a web page', { ...page, senderFrame: { url: 'https://example.com/', parent: null } }],
    ['a file', { ...page, senderFrame: { url: 'file:///app/index.html', parent: null } }],
    ['another host of the scheme', { ...page, senderFrame: { url: 'app://outpost.evil/index.html', parent: null } }],
    ['a URL that begins alike', { ...page, senderFrame: { url: 'app://outpostx/', parent: null } }],
  ])('is not %s', async (_, event) => {
    const { calls, ...parts } = answerers()
    expect(isTrustedSender(event, windowId)).toBe(false)
    expect(await answerCall(event, windowId, ['status.get', {}], parts)).toMatchObject({
      ok: false,
      error: { code: 'forbidden' },
    })
    expect(calls).toEqual([])
  })

  it('is nobody while there is no window', () => {
    expect(isTrustedSender(page, undefined)).toBe(false)
  })
})

describe('what main answers', () => {
  it('hands methods of the sync process on with parsed parameters, defaults filled in', async () => {
    const { calls, ...parts } = answerers()
    const params = { edits: [{ op: 'delete', entity: 'accounts', record_id: id }] }
    expect(await answerCall(page, windowId, ['edits.submit', params], parts)).toEqual({ ok: true, value: 'answer' })
    expect(calls).toEqual([['edits.submit', { ...params, group: false }]])
  })

  it('answers its own methods as a result', async () => {
    const { calls, ...parts } = answerers()
    expect(await answerCall(page, windowId, ['app.setTheme', { theme: 'dark' }], parts)).toEqual({
      ok: true,
      value: null,
    })
    expect(calls).toEqual([['app.setTheme', { theme: 'dark' }]])
  })

  it('turns what its own methods throw into an error as data', async () => {
    const parts = { ...answerers(), main: () => Promise.reject(new Error('broken')) }
    expect(await answerCall(page, windowId, ['app.info', {}], parts)).toMatchObject({
      ok: false,
      error: { code: 'internal' },
    })
  })

  it.each([
    ['no method', []],
    ['a method that is none', ['app.exit', {}]],
    ['a name of Object.prototype', ['constructor', {}]],
    ['a method that is no text', [{ toString: 'x' }, {}]],
    ['missing parameters', ['record.get']],
    ['parameters of another type', ['record.get', { entity: 'users', id }]],
    ['parameters too many', ['status.get', { extra: 1 }]],
    ['a theme that is none', ['app.setTheme', { theme: 'pink' }]],
  ])('refuses %s', async (_, args) => {
    const { calls, ...parts } = answerers()
    expect(await answerCall(page, windowId, args, parts)).toMatchObject({
      ok: false,
      error: { code: 'invalid_request' },
    })
    expect(calls).toEqual([])
  })

  it('never repeats a refused value, which may end up in a log', async () => {
    const { calls: _, ...parts } = answerers()
    const answer = await answerCall(page, windowId, ['record.get', { entity: 'secret-name', id }], parts)
    expect(JSON.stringify(answer)).not.toContain('secret-name')
  })
})
