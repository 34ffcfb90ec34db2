/** People whom an administrator adds over HTTP: no key chooses a password for anybody. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, password, pathOf, type Site } from '../pages/accounts/site.ts'
import { addAdministratorKey, addApiKey, call } from '../support/api.ts'

let site: Site
let administrator: string
beforeAll(async () => {
  site = await openSite()
  administrator = (await addAdministratorKey(site.server)).key
})
afterAll(() => site[Symbol.asyncDispose]())

const add = (body: object, key = administrator) => call(site.server.url, 'POST', '/v1/users', { key, body })
const userOf = (emailKey: string) => site.server.db.user.findUnique({ where: { emailKey } })

test('somebody who is added has proven nothing, until they open the link in their mail and choose a password', async () => {
  const { status, body } = await add({ email: 'Dora@example.com', name: ' Dora  Lee ' })
  expect([status, body]).toMatchObject([
    201,
    { email: 'Dora@example.com', name: 'Dora Lee', email_verified: false, administrator: false, disabled: false },
  ])
  expect(JSON.stringify(body)).not.toContain('/links/')
  expect(await userOf('dora@example.com')).toMatchObject({ passwordHash: null, emailVerifiedAt: null })
  const told = await site.server.db.outboxEvent.findMany({ where: { type: 'user.created' } })
  expect(told.map(({ data }) => data)).toMatchObject([{ email: 'Dora@example.com' }])

  const agent = site.agent()
  const link = await site.linkTo('Dora@example.com')
  await agent.get(link)
  expect((await agent.submit(pathOf(link), { name: 'Dora', password })).status).toBe(303)
  expect(await userOf('dora@example.com')).toMatchObject({ id: (body as { id: string }).id, name: 'Dora' })
  expect((await userOf('dora@example.com'))?.emailVerifiedAt).not.toBeNull()
})

test('the same request again adds and mails nobody twice; another one for the same address is a conflict', async () => {
  const request = { key: administrator, body: { email: 'eve@example.com' }, headers: { 'idempotency-key': 'once' } }
  const [one, two] = [
    await call(site.server.url, 'POST', '/v1/users', request),
    await call(site.server.url, 'POST', '/v1/users', request),
  ]
  expect([one.status, two.status, two.body]).toEqual([201, 201, one.body])
  const again = await add({ email: 'EVE@example.com' })
  expect([again.status, again.body]).toMatchObject([409, { code: 'conflict', errors: [{ path: '/email' }] }])
  await site.mailTo('eve@example.com')
  expect(site.server.running.inside.mail.captured().filter(({ to }) => to === 'eve@example.com')).toHaveLength(1)
})

test('is for administrators of the platform, and has no field for a password or a role', async () => {
  const { key } = await addApiKey(site.server, { scopes: ['users:write'] })
  expect(await add({ email: 'mallory@example.com' }, key)).toMatchObject({ status: 403 })
  for (const field of [{ password }, { administrator: true }, { password_hash: 'x' }, { email_verified: true }]) {
    expect(await add({ email: 'mallory@example.com', ...field })).toMatchObject({ status: 400 })
  }
  expect(await add({ email: 'nobody' })).toMatchObject({ status: 400, body: { errors: [{ path: '/email' }] } })
  expect(await userOf('mallory@example.com')).toBeNull()
})
