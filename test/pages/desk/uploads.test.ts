/** Forms that bring files, from whoever doesn't mean well; and lists that are asked what can't be asked. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { png } from '../../brand/images.ts'
import { createAgent, type Agent } from '../../support/agent.ts'
import { signIn } from '../../support/flow.ts'
import { addPerson, startTestServer, type TestServer } from '../../support/server.ts'

const path = '/admin/settings/look'
let server: TestServer
let agent: Agent

beforeAll(async () => {
  server = await startTestServer()
  agent = createAgent(server.url)
  await signIn(agent, await agent.get('/sign-in'), await addPerson(server, { administrator: true }))
})
afterAll(() => server[Symbol.asyncDispose]())

async function send(fields: Record<string, string | Buffer>): Promise<Response> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) {
    form.append(name, typeof value === 'string' ? value : new File([new Uint8Array(value)], 'logo.png'))
  }
  return agent.fetch(path, { method: 'POST', body: form })
}

const token = async (): Promise<string> =>
  /action="\/admin\/settings\/look"[^>]*>\s*<input type="hidden" name="_csrf" value="([^"]+)"/.exec(
    (await agent.get(path)).html,
  )?.[1] ?? ''
const logos = () => server.db.setting.count({ where: { name: 'logo' } })

test('a file is taken with the form’s own token alone', async () => {
  expect((await send({ logo: png(4, 4) })).status).toBe(403)
  expect(await logos()).toBe(0)
})

test('what is too large or can’t be read is refused before anything is done', async () => {
  expect((await send({ logo: Buffer.alloc(200 * 1024) })).status).toBe(413)
  const headers = { 'content-type': 'multipart/form-data; boundary=x' }
  expect((await agent.fetch(path, { method: 'POST', headers, body: 'no parts' })).status).toBe(400)
  const large = await send({ _csrf: await token(), logo: Buffer.concat([png(4, 4), Buffer.alloc(64 * 1024)]) })
  expect([large.status, await large.text()]).toEqual([422, expect.stringContaining('Must have at most 64 KiB')])
  expect(await logos()).toBe(0)
})

test('a form without a file leaves the logo as it is, and names mean nothing but themselves', async () => {
  const form = { _csrf: await token(), logo: png(4, 4), __proto__x: 'a', constructor: 'b' }
  expect((await send(form)).status).toBe(303)
  expect(await logos()).toBe(1)
  expect((await send({ _csrf: await token(), accent_color: '#8a1554' })).status).toBe(303)
  expect(await logos()).toBe(1)
})

test('the trail says what can’t be asked, and shows its filter again', async () => {
  const { html } = await agent.get('/admin/audit?from=2026-02-02&to=2026-01-01')
  expect(html).toContain('must be after from')
  expect(html).toContain('value="2026-02-02"')
  expect((await agent.fetch('/admin/audit/aud_nothing')).status).toBe(404)
  expect((await agent.fetch('/admin/search?q=%00%07x')).status).toBe(200)
})
