/** What development shows is shown on this machine alone. */
import { once } from 'node:events'
import { request, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../support/server.ts'

let server: TestServer
let behindProxy: TestServer
beforeAll(async () => {
  server = await startTestServer()
  behindProxy = await startTestServer({ settings: { TRUSTED_PROXIES: '127.0.0.1,::1' } })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await behindProxy[Symbol.asyncDispose]()
})

/** With the Host as it is given: `fetch` would mend it. */
async function ask(
  path: string,
  headers: Record<string, string>,
  { running: { port } }: TestServer = server,
): Promise<{ status: number | undefined; body: string }> {
  const outgoing = request({ host: 'localhost', port, path, headers, setHost: false }).end()
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage]
  return { status: incoming.statusCode, body: await text(incoming) }
}

const local = ['localhost', 'localhost:3000', '127.0.0.1:3000', '[::1]:3000', 'LOCALHOST']
// A name that its owner has lead to this machine is, for the browser, the origin of that owner's pages (DNS rebinding).
const foreign = ['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:3000', '192.0.2.1', '']

test.for(['/dev/mail', '/dev/mail/unknown', '/demo', '/demo/callback'])(
  '%s is there for this machine only',
  async (path) => {
    for (const host of foreign) expect((await ask(path, { host })).body).toContain('<title>')
    for (const host of foreign) expect((await ask(path, { host })).status).toBe(404)
    if (path === '/dev/mail/unknown') return
    for (const host of local) expect((await ask(path, { host })).status).not.toBe(404)
  },
)

test('what a tunnel or an unknown proxy brings from elsewhere sees no mail of development', async () => {
  for (const forwarded of [{ 'x-forwarded-for': '192.0.2.1' }, { forwarded: 'for=192.0.2.1' }]) {
    expect((await ask('/dev/mail', { host: 'localhost', ...forwarded })).status).toBe(404)
    expect((await ask('/dev/mail', { host: 'localhost', ...forwarded }, behindProxy)).status).toBe(200)
  }
})
