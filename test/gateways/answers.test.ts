/** What clients receive from a real nginx and a real Caddy, and what their API gets, by the files in `examples/`. */
import { createServer, connect, type AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openDatabaseProxy } from '../support/database-proxy.ts'
import { createTestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { realGateways } from '../support/gateway.ts'
import { freePort } from '../support/server.ts'
import { clientAddress, send, sendRaw, type Got } from './client.ts'
import { behind, kinds, styles, valuesOf, verified } from './real.ts'
import { openGatewayStage } from './stage.ts'

describe.each(kinds)('behind $name', (kind) => {
  const { start, instead, codeOf } = kind
  const it = behind(kind)

  describe.each(styles)('by $style', ({ path }) => {
    test('a call passes with who is calling, and without the credential', async () => {
      const { key, id, subject, organizationId } = it.stage.keys.reader
      for (const credential of [{ key }, { headers: [['x-api-key', key]] as const }]) {
        const got = await it.ask(`${path}?page=2`, credential)
        expect([got.status, got.text]).toEqual([200, '{"from":"the API"}'])
        const [received, ...others] = it.api.received()
        expect(others).toEqual([])
        expect(received).toMatchObject({ method: 'GET', target: `${path}?page=2` })
        const scopes = 'reports:read exports:run'
        expect(verified.map((name) => valuesOf(received!, name))).toEqual(
          [subject, 'api_key', id, '-', organizationId, '-', scopes, 'free', 'live'].map((one) => [one]),
        )
        expect(received?.headers.some(([, value]) => value.includes(key))).toBe(false)
        expect(valuesOf(received!, 'x-forwarded-for')).toEqual([clientAddress])
      }
    })

    test('a call that passes tells its limits, ours and not the API’s', async () => {
      const first = await it.ask(path, { key: it.stage.keys.writer.key })
      const second = await it.ask(path, { key: it.stage.keys.writer.key })
      expect(leftOf(first) - leftOf(second)).toBe(1)
      expect(first.headers).toMatchObject({
        'ratelimit-policy': '"hour";q=1000;w=3600, "burst";q=100;w=360',
        'x-ratelimit-limit': '1000',
        'x-ratelimit-remaining': String(leftOf(first)),
        'x-ratelimit-reset': expect.stringMatching(/^\d{10}$/) as string,
      })
      expect(first.headers).not.toHaveProperty('retry-after')
    })

    test.each([
      ['without a credential', 'missing', undefined],
      ['with half of a key', 'malformed', 'kg_live_oops'],
      ['with an unknown token', 'not_found', `kgat_${'x'.repeat(43)}`],
      ['with a revoked key', 'revoked', () => it.stage.keys.revoked.key],
      ['with an expired key', 'expired', () => it.stage.keys.expired.key],
    ])('a call %s gets 401, WWW-Authenticate, and no further', async (_, code, key) => {
      const got = await it.ask(path, { key: typeof key === 'function' ? key() : key })
      expect([got.status, codeOf(got)]).toEqual([401, code])
      expect(got.headers['www-authenticate']).toMatch(/^Bearer (error="invalid_token", )?resource_metadata="[^"]+"$/)
      expect(got.headers['cache-control']).toBe('no-store')
      it.nothingPassed()
    })

    test('a call without the scope gets 403, the scope that it lacks, and no further', async () => {
      const got = await it.ask(path, { key: it.stage.keys.stranger.key })
      expect([got.status, codeOf(got)]).toEqual([403, 'insufficient_scope'])
      const scope = path === '/reports/1' ? 'reports:read' : 'exports:run'
      expect(got.headers['www-authenticate']).toContain(`error="insufficient_scope", scope="${scope}"`)
      it.nothingPassed()
    })

    test('a call over the limit gets 429, Retry-After, its limits, and no further', async () => {
      const { key } = await it.stage.twice()
      expect([(await it.ask(path, { key })).status, (await it.ask(path, { key })).status]).toEqual([200, 200])
      it.api.received()
      const got = await it.ask(path, { key })
      expect([got.status, codeOf(got)]).toEqual([429, 'rate_limited'])
      expect(Number(got.headers['retry-after'])).toBeGreaterThan(60)
      expect(got.headers['ratelimit']).toMatch(/"burst";r=0;t=\d+$/)
      expect(got.headers['ratelimit-policy']).toMatch(/"burst";q=2;w=200$/)
      expect(got.headers['x-ratelimit-limit']).toBe('1000')
      expect(got.headers).not.toHaveProperty('www-authenticate')
      it.nothingPassed()
    })

    test('a body arrives whole, and Keygrant is asked before the API gets any of it', async () => {
      const { reader, writer } = it.stage.keys
      const body = 'x'.repeat(300_000)
      const method = path === '/reports/1' ? 'POST' : 'GET'
      expect((await it.ask(path, { key: writer.key, method, body })).status).toBe(200)
      expect(it.api.received().map((one) => one.body.length)).toEqual([300_000])
      const head = `POST /reports/1 HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer ${reader.key}\r\n`
      const refused = await sendRaw(it.gateway.port, `${head}Content-Length: 1000000\r\nConnection: close\r\n\r\nbegun`)
      expect(refused).toMatch(/^HTTP\/1\.1 403 /)
      it.nothingPassed()
    })
  })

  test.each([401, 403, 404, 429, 500, 503])('the API’s own %i reaches the client as it is', async (status) => {
    const got = await it.ask(`/reports/answer/${status}`, { key: it.stage.keys.writer.key })
    expect([got.status, got.text]).toEqual([status, '{"from":"the API"}'])
    expect(got.headers).not.toHaveProperty('retry-after')
    expect(leftOf(got)).toBeGreaterThan(0)
  })

  test('many calls share a few connections to Keygrant', async () => {
    await using counter = await openCounter(() => it.stage.port)
    await using own = await start({ check: counter.port, api: it.api.port })
    for (let call = 0; call < 40; call++) {
      expect((await send(own.port, '/reports/1', { key: it.stage.keys.writer.key })).status).toBe(200)
    }
    expect(counter.connections()).toBeLessThan(10)
  })

  test('with Keygrant gone nothing passes, and the client may try again', async () => {
    await using orphan = await start({ check: await freePort(), api: it.api.port })
    for (const { path } of styles) {
      for (const key of [it.stage.keys.writer.key, undefined]) {
        const got = await send(orphan.port, path, { key })
        expect([got.status, got.headers['retry-after']]).toEqual([503, '2'])
      }
    }
    it.nothingPassed()
  })

  test('with Keygrant there and the API gone the client may not take that for a refusal', async () => {
    await using half = await start({ check: it.stage.port, api: await freePort() })
    const got = await send(half.port, '/reports/1', { key: it.stage.keys.writer.key })
    expect(got.status).toBe(502)
    expect(got.headers).not.toHaveProperty('retry-after')
  })

  test('where Keygrant can’t know the truth, the client gets 503 and Retry-After, not 401', async () => {
    await using database = await createTestDatabase()
    await using network = await openDatabaseProxy(database.url)
    await using cut = await openGatewayStage(instead, { databaseUrl: network.url })
    await using own = await start({ check: cut.port, api: it.api.port })
    const { key } = cut.keys.reader
    await network.refuse()
    for (const { path } of styles) {
      const got = await send(own.port, path, { key })
      expect([got.status, codeOf(got)]).toEqual([503, 'unavailable'])
      expect(Number(got.headers['retry-after'])).toBeGreaterThan(0)
    }
    it.nothingPassed()
    await network.restore()
    await eventually(async () => {
      expect((await send(own.port, '/reports/1', { key })).status).toBe(200)
    })
  })
})

describe('behind nginx, by a policy that says nothing of 403 in place of 429', () => {
  const it = behind({ start: realGateways.nginx, instead: null })

  test('429 has its Retry-After and its limits all the same', async () => {
    const { key } = await it.stage.twice()
    const statuses = [await it.ask('/reports/1', { key }), await it.ask('/reports/1', { key })].map((one) => one.status)
    expect(statuses).toEqual([200, 200])
    const got = await it.ask('/reports/1', { key })
    expect(got.status).toBe(429)
    expect(Number(got.headers['retry-after'])).toBeGreaterThan(60)
    expect(got.headers['ratelimit']).toMatch(/"burst";r=0;t=\d+$/)
  })
})

/** Of the hour, by the one field that speaks of our two policies and of nothing else. */
function leftOf({ headers }: Got): number {
  return Number(/^"hour";r=(\d+);t=\d+, "burst";r=\d+;t=\d+$/.exec(headers['ratelimit'] ?? '')?.[1])
}

/** Between a gateway and Keygrant: counts the connections. */
async function openCounter(leadsTo: () => number): Promise<AsyncDisposable & { port: number; connections(): number }> {
  let count = 0
  const server = createServer((inner) => {
    count++
    const outer = connect(leadsTo(), '127.0.0.1')
    inner.on('error', () => undefined).pipe(outer)
    outer.on('error', () => undefined).pipe(inner)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => count,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
