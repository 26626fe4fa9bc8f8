import { describe, expect, it } from 'vitest'
import { refusal, tokenCookie } from '../../../hosts/electron/gate.ts'
import { fromServed, schemeOfHost, toServed } from '../../../hosts/electron/scheme-url.ts'

const port = 4000
const isHandled = (scheme: string) => scheme === 'app'

describe('custom-scheme URLs', () => {
  it('are served on loopback, and read back', () => {
    for (const url of ['app://outpost/index.html', 'app://outpost/a/b.js?x=1#y', 'app://outpost/']) {
      const served = toServed(url, isHandled, port)
      expect(new URL(served).host).toBe('outpost.app.localhost:4000')
      expect(fromServed(served, port)).toBe(url)
    }
    expect(toServed('app://outpost', isHandled, port)).toBe('http://outpost.app.localhost:4000/')
  })

  it('leave other URLs alone', () => {
    for (const url of ['https://example.com/', 'other://x/', 'data:text/html,x'])
      expect(toServed(url, isHandled, port)).toBe(url)
    expect(fromServed('http://outpost.app.localhost:4001/', port)).toBe('http://outpost.app.localhost:4001/')
    expect(fromServed('http://evil.example/outpost.app.localhost:4000/', port)).toContain('evil')
  })

  it('name their scheme in the Host', () => {
    expect(schemeOfHost('outpost.app.localhost:4000', port)).toBe('app')
    for (const host of [
      'localhost:4000',
      'outpost.app.localhost:4001',
      'outpost.app.localhost',
      'x.evil.example:4000',
      'outpost.app.localhost:4000/x',
    ]) {
      expect(schemeOfHost(host, port)).toBeUndefined()
    }
  })
})

describe('the gate of the loopback server', () => {
  const gate = { token: 's3cret', port, isHandled }
  const host = 'outpost.app.localhost:4000'
  const good = { host, origin: undefined, cookie: `other=1; ${tokenCookie}=s3cret`, upgrade: false }

  it('lets the page in', () => {
    expect(refusal(good, gate)).toBeUndefined()
    expect(refusal({ ...good, origin: `http://${host}`, upgrade: true }, gate)).toBeUndefined()
  })

  it.each([
    ['no host', { host: undefined }, 'unknown host'],
    ['a rebound host', { host: 'evil.example:4000' }, 'unknown host'],
    ['loopback by number', { host: '127.0.0.1:4000' }, 'unknown host'],
    ['a scheme that nobody serves', { host: 'outpost.other.localhost:4000' }, 'unknown host'],
    ['a foreign origin', { origin: 'http://evil.example' }, 'foreign origin'],
    ['an opaque origin', { origin: 'null' }, 'foreign origin'],
    ['another host of the scheme', { origin: 'http://other.app.localhost:4000' }, 'foreign origin'],
    ['a socket without origin', { upgrade: true }, 'no origin'],
    ['no cookie', { cookie: undefined }, 'no token'],
    ['another token', { cookie: `${tokenCookie}=other!` }, 'no token'],
    ['a token that begins alike', { cookie: `${tokenCookie}=s3cret1` }, 'no token'],
    ['a cookie that ends alike', { cookie: `x${tokenCookie}=s3cret` }, 'no token'],
  ])('refuses %s', (_, change, reason) => {
    expect(refusal({ ...good, ...change }, gate)).toBe(reason)
  })
})
