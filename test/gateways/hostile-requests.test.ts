/** Queries, paths and upgrades by which a client might get past the question that a real nginx or Caddy asks for it. */
import { describe, expect, test } from 'vitest'
import { sendRaw } from './client.ts'
import { behind, kinds, styles } from './real.ts'

/** Read in one way or another, each is something that a reader of reports may not have. */
const pathsToWhatIsForbidden = [
  '/reports/admin/1',
  '/reports/%61dmin/1',
  '/reports//admin/1',
  '//reports/admin/1',
  '/reports/./admin/1',
  '/reports/x/../admin/1',
  '/reports/x/%2e%2e/admin/1',
  '/reports/..;/reports/admin/1',
  '/reports/x;/admin/1',
  '/reports/x%3b/1',
  '/reports/x%2fadmin/1',
  '/reports/admin%2f1',
  '/reports/x%5c..%5cadmin/1',
  '/reports/x\\..\\admin/1',
  '/reports/x%252e%252e/admin/1',
  '/reports/%0d%0aX-Auth-Scope:%20reports:purge',
  '/reports/x%00/1',
  '/exports/run/../../reports/admin/1',
  '/REPORTS/ADMIN/1',
]

/** None is the one path that the question in the file is for, whatever it may be to the API. */
const pathsThatAreNotProtected = [
  '/exports//run',
  '//exports/run',
  '/exports/./run',
  '/exports/x/../run',
  '/exports/run/',
  '/exports/run;x',
  '/exports/run%3bx',
  '/exports%2frun',
  '/exports/run%00',
  '/exports/run%0d%0a',
  '/exports/%2572un',
  '/exports\\run',
  '/_keygrant/reports',
  '/_keygrant/exports',
  '/v1/check/@reports/reports/1',
  '/v1/check?scope=',
  '/',
  '/elsewhere',
]

const queries = [
  '?scope=&cost=0&mode=observe&on_limit=429&resource=x',
  '?mode=observe',
  '?a?scope=reports:write&mode=observe',
  '?%0d%0aX-Auth-Code:%20valid',
  '?&scope=reports%3Awrite%26mode=observe',
]

describe.each(kinds)('behind $name', (kind) => {
  const it = behind(kind)

  test.each(pathsToWhatIsForbidden)('the path %s gets a reader nowhere', async (path) => {
    const { status } = await it.ask(path, { key: it.stage.keys.reader.key })
    expect([400, 403, 404]).toContain(status)
    it.nothingPassed()
  })

  test.each(pathsThatAreNotProtected)('the path %s leads nowhere, with any key', async (path) => {
    const { status } = await it.ask(path, { key: it.stage.keys.writer.key })
    expect([400, 404]).toContain(status)
    it.nothingPassed()
  })

  test('a request line that names a whole address is asked about as any other', async () => {
    const { key } = it.stage.keys.reader
    const rest = `HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer ${key}\r\nConnection: close\r\n\r\n`
    const line = (path: string) => sendRaw(it.gateway.port, `GET http://api.example.com${path} ${rest}`)
    expect(await line('/reports/1')).toMatch(/^HTTP\/1\.1 200 /)
    it.api.received()
    expect(await line('/reports/admin/1')).toMatch(/^HTTP\/1\.1 403 /)
    it.nothingPassed()
  })

  describe.each(styles)('by $style', ({ path }) => {
    test.each(queries)('the query %s reaches the API and changes nothing of what is asked', async (query) => {
      expect((await it.ask(path + query, { key: it.stage.keys.stranger.key })).status).toBe(403)
      it.nothingPassed()
      const { key } = await it.stage.twice()
      const statuses: number[] = []
      for (let call = 0; call < 3; call++) statuses.push((await it.ask(path + query, { key })).status)
      expect(statuses).toEqual([200, 200, 429])
      expect(it.api.received().map(({ target }) => target)).toEqual([path + query, path + query])
    })

    test('WebSockets pass once they are checked, and an upgrade to h2c opens no way around', async () => {
      const { reader, revoked } = it.stage.keys
      const upgrade = (key: string, connection: string, protocol: string) =>
        sendRaw(
          it.gateway.port,
          `GET ${path} HTTP/1.1\r\nHost: api.example.com\r\nAuthorization: Bearer ${key}\r\nConnection: ${connection}\r\nUpgrade: ${protocol}\r\n\r\n`,
        )
      expect(await upgrade(reader.key, 'Upgrade', 'websocket')).toMatch(/^HTTP\/1\.1 101 [^]*hello$/)
      expect(await upgrade(revoked.key, 'Upgrade, close', 'websocket')).toMatch(/^HTTP\/1\.1 401 /)
      const tunnel = await upgrade(reader.key, 'Upgrade, close, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk', 'h2c')
      expect(tunnel).toMatch(/^HTTP\/1\.1 (400|200) /)
    })
  })
})
