import { describe, expect, test } from 'vitest'
import { checkRedirectUri } from '../../src/clients/redirect-uri.ts'

describe('a redirect URI', () => {
  test.for([
    ['https://app.example.com/callback', 'https'],
    ['https://app.example.com', 'https'],
    ['https://app.example.com/callback?tenant=1', 'https'],
    ['https://localhost:8443/callback', 'https'],
    ['https://xn--bcher-kva.example/zur%C3%BCck', 'https'],
    ['http://localhost:3000/callback', 'loopback'],
    ['http://localhost/callback', 'loopback'],
    ['http://127.0.0.1/callback', 'loopback'],
    ['http://[::1]:5000/', 'loopback'],
    ['com.example.app:/callback', 'private_use'],
    ['com.example.app://callback', 'private_use'],
  ] as const)('%s is taken as %s', ([uri, kind]) => {
    expect(checkRedirectUri(uri)).toEqual({ ok: true, kind })
  })

  test.for([
    ['http://app.example.com/callback', 'https'],
    ['http://localhost.example.com/callback', 'https'],
    ['http://127.0.0.1.example.com/callback', 'https'],
    ['http://10.0.0.1/callback', 'https'],
    ['https://app.example.com/callback#token', 'fragment'],
    ['https://app.example.com/#', 'fragment'],
    ['https://*.example.com/callback', 'wildcard'],
    ['https://app.example.com/*', 'wildcard'],
    ['https://ann@app.example.com/callback', 'user name'],
    ['https://ann:secret@app.example.com/callback', 'user name'],
    ['https://trusted.example@evil.example/callback', 'user name'],
    ['/callback', 'absolute'],
    ['//app.example.com/callback', 'absolute'],
    ['app.example.com/callback', 'absolute'],
    ['', 'absolute'],
    ['https:app.example.com/callback', 'absolute'],
    ['https:///app.example.com/callback', 'absolute'],
    ['https:\\\\app.example.com\\callback', 'absolute'],
    ['https://app.example.com/call back', 'absolute'],
    ['https://app.example.com/\ncallback', 'absolute'],
    [' https://app.example.com/callback', 'absolute'],
    ['https://bücher.example/callback', 'absolute'],
    ['https://app.example.com:99999/callback', 'absolute'],
    ['javascript:alert(1)', 'reverse'],
    ['JavaScript:alert(1)', 'reverse'],
    ['data:text/html,x', 'reverse'],
    ['vbscript:x', 'reverse'],
    ['file:///etc/passwd', 'reverse'],
    ['blob:https://app.example.com/x', 'reverse'],
    ['myapp://callback', 'reverse'],
    ['urn:ietf:wg:oauth:2.0:oob', 'reverse'],
    [`https://app.example.com/${'a'.repeat(2000)}`, '2000'],
  ] as const)('%s is refused', ([uri, reason]) => {
    const checked = checkRedirectUri(uri)
    expect(checked.ok ? '' : checked.fault).toContain(reason)
  })
})
