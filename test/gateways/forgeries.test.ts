/** What a client can't make a real nginx and a real Caddy say for it: another identity, another address, another question. */
import { describe, expect, test } from 'vitest'
import { clientAddress } from './client.ts'
import { behind, kinds, styles, valuesOf, verified } from './real.ts'

type Headers = [name: string, value: string][]

/** Besides letters, digits and the hyphen a header's name may have these (RFC 9110, 5.6.2). */
const oddCharacters = ['!', '#', '$', '%', '&', "'", '*', '+', '.', '^', '_', '`', '|', '~']

const forgeries: Record<string, Headers> = {
  once: [['X-Auth-Subject', 'forged']],
  twice: [
    ['X-Auth-Subject', 'forged'],
    ['X-Auth-Subject', 'forged'],
  ],
  'in odd cases': [
    ['x-auth-subject', 'forged'],
    ['X-AUTH-SCOPE', 'forged'],
    ['x-AuTh-TiEr', 'forged'],
  ],
  'with underscores': [
    ['X_Auth_Subject', 'forged'],
    ['x_auth_scope', 'forged'],
    ['X-Auth_Tier', 'forged'],
    ['X_Auth-Kind', 'forged'],
  ],
  'with whatever else a name may have': oddCharacters.map((one) => [`X${one}Auth${one}Subject`, 'forged']),
  empty: [
    ['X-Auth-Subject', ''],
    ['X_Auth_Scope', ''],
  ],
  'as the verdict': [
    ['X-Auth-Code', 'forged'],
    ['X-Auth-Status', 'forged'],
  ],
}

/** Everything that any gateway or server was ever told a caller's address or question by. */
const spoofed: Headers = [
  ['X-Forwarded-For', '127.0.0.2'],
  ['X-Forwarded-For', '127.0.0.1'],
  ['X-Forwarded-Method', 'GET'],
  ['X-Forwarded-Uri', '/reports/1'],
  ['X-Forwarded-Proto', 'https'],
  ['X-Forwarded-Host', 'elsewhere.example'],
  ['X_Forwarded_For', '127.0.0.2'],
  ['X-Real-IP', '127.0.0.2'],
  ['X-Original-URI', '/reports/1'],
  ['X-Original-Method', 'GET'],
  ['X-HTTP-Method-Override', 'GET'],
  ['Forwarded', 'for=127.0.0.2;proto=https'],
]

describe.each(kinds)('behind $name', (kind) => {
  const { codeOf } = kind
  const it = behind(kind)

  describe.each(styles)('by $style', ({ path }) => {
    test.each(Object.entries(forgeries))('a forged identity, sent %s, never reaches the API', async (_, headers) => {
      const { key, subject } = it.stage.keys.reader
      expect((await it.ask(path, { key, headers })).status).toBe(200)
      const [received] = it.api.received()
      expect(verified.map((name) => valuesOf(received!, name).length)).toEqual(verified.map(() => 1))
      expect(valuesOf(received!, 'x-auth-subject')).toEqual([subject])
      expect(JSON.stringify(received)).not.toContain('forged')
    })

    test('a verified identity can’t be taken away again as a header of the hop', async () => {
      const headers: Headers = [
        ['Connection', 'keep-alive'],
        ['Connection', 'X-Auth-Scope, x-auth-subject'],
      ]
      const { status } = await it.ask(path, { key: it.stage.keys.reader.key, headers })
      const received = it.api.received()
      if (status === 400) return expect(received).toEqual([])
      expect(status).toBe(200)
      expect(verified.map((name) => valuesOf(received[0]!, name).length)).toEqual(verified.map(() => 1))
    })

    test('two credentials are one too many', async () => {
      const { reader, writer } = it.stage.keys
      const got = await it.ask(path, { key: reader.key, headers: [['X-API-Key', writer.key]] })
      expect([got.status, codeOf(got)]).toEqual([401, 'bad_request'])
      it.nothingPassed()
    })

    test('a key that is bound to addresses works from there, whatever the client says of its own', async () => {
      const { key } = it.stage.keys.bound
      expect((await it.ask(path, { key, headers: spoofed, from: '127.0.0.2' })).status).toBe(200)
      expect(it.api.received().map((one) => valuesOf(one, 'x-forwarded-for'))).toEqual([[clientAddress]])
      for (const headers of [[], spoofed]) {
        const got = await it.ask(path, { key, headers, from: '127.0.0.3' })
        expect([got.status, codeOf(got)]).toEqual([403, 'ip_not_allowed'])
      }
      it.nothingPassed()
    })
  })

  test('the client’s own X-Forwarded-Method and X-Forwarded-Uri choose no other route', async () => {
    const { key } = it.stage.keys.reader
    for (const sent of [
      { path: '/reports/admin/1', method: 'GET' },
      { path: '/reports/1', method: 'POST' },
    ]) {
      const got = await it.ask(sent.path, { key, method: sent.method, headers: spoofed })
      expect([got.status, codeOf(got)]).toEqual([403, 'insufficient_scope'])
    }
    it.nothingPassed()
  })
})
