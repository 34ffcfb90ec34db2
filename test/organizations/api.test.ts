/** Organizations over HTTP: their stories, and what of a change is heard at the next call. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addApiKey, addServiceAccount, type TestKey } from '../support/api.ts'
import { addClient, addPerson } from '../support/server.ts'
import { openApiStage, said, type ApiStage } from './stage.ts'

let stage: ApiStage
beforeAll(async () => {
  stage = await openApiStage(['organizations:read', 'organizations:write'])
})
afterAll(() => stage[Symbol.asyncDispose]())

const mailbox = () => `${crypto.randomUUID()}@example.com`

test('what is not yours is answered like what is not there, letter by letter', async () => {
  const [mine, theirs] = [await stage.customer(), await stage.customer()]
  const theirAccount = await addServiceAccount(stage.server, theirs.id)
  const pairs = [
    ['', '/v1/organizations/org_x'],
    ['/members', '/v1/organizations/org_x/members'],
    [`/members/${theirs.people.owner.id}`, '/v1/organizations/org_x/members/usr_x'],
    ['/service-accounts', '/v1/organizations/org_x/service-accounts'],
    [`/service-accounts/${theirAccount}`, '/v1/organizations/org_x/service-accounts/svc_x'],
  ] as const
  for (const [rest, missing] of pairs) {
    const method = rest.startsWith('/members/') ? 'DELETE' : 'GET'
    const foreign = said(await stage.ask(mine.keys.owner, method, theirs.path + rest))
    expect(foreign).toEqual(said(await stage.ask(mine.keys.owner, method, missing)))
    expect(foreign).toMatchObject({ status: 404 })
  }
  // The same of what belongs to another organization, named under one's own.
  const smuggled = await stage.ask(mine.keys.owner, 'GET', `${mine.path}/service-accounts/${theirAccount}`)
  expect(said(smuggled)).toEqual(said(await stage.ask(mine.keys.owner, 'GET', `${mine.path}/service-accounts/svc_x`)))
  expect(smuggled.status).toBe(404)
})

describe('organizations', () => {
  test('are created with what the platform knows them by, once for one Idempotency-Key', async () => {
    const wanted = { name: 'Acme', external_id: crypto.randomUUID(), tier: 'pro', metadata: { plan: 7 } }
    const options = { headers: { 'idempotency-key': 'create-acme' } }
    const first = await stage.ask(stage.platform, 'POST', '/v1/organizations', wanted, options)
    expect(first).toMatchObject({ status: 201, body: { ...wanted, personal: false } })
    const again = await stage.ask(stage.platform, 'POST', '/v1/organizations', wanted, options)
    expect([again.status, again.body]).toEqual([201, first.body])
    const taken = await stage.ask(stage.platform, 'POST', '/v1/organizations', wanted)
    expect(taken).toMatchObject({ status: 409, body: { code: 'conflict', errors: [{ path: '/external_id' }] } })
  })

  test('have a slug by which files know them: of one alone, set by the platform, and of no person’s own', async () => {
    const slug = `acme-${crypto.randomUUID().slice(0, 8)}`
    const made = await stage.ask(stage.platform, 'POST', '/v1/organizations', { name: 'Acme', slug })
    expect(made).toMatchObject({ status: 201, body: { slug } })
    const mine = await stage.customer()
    expect((await stage.ask(mine.keys.owner, 'GET', mine.path)).body['slug']).toBeNull()
    expect(await stage.ask(mine.keys.owner, 'PATCH', mine.path, { slug: 'mine' })).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('slug is set by the platform') },
    })
    const taken = await stage.ask(stage.platform, 'PATCH', mine.path, { slug })
    expect(taken).toMatchObject({ status: 409, body: { errors: [{ path: '/slug', code: 'taken' }] } })
    expect((await stage.ask(stage.platform, 'POST', '/v1/organizations', { name: 'Acme', slug })).status).toBe(409)
    const found = await stage.ask(stage.platform, 'GET', `/v1/organizations?slug=${slug}`)
    expect(found.body.data.map(({ id }) => id)).toEqual([made.body.id])
    await stage.ask(stage.platform, 'PATCH', `/v1/organizations/${made.body.id}`, { slug: null })
    expect(await stage.ask(stage.platform, 'PATCH', mine.path, { slug })).toMatchObject({ status: 200, body: { slug } })
    const { id: personalUserId } = await addPerson(stage.server)
    const own = await stage.server.db.organization.findUniqueOrThrow({ where: { personalUserId } })
    expect((await stage.ask(stage.platform, 'PATCH', `/v1/organizations/${own.id}`, { slug: 'own' })).status).toBe(409)
  })

  test('name every fault of what comes', async () => {
    const wanted = { name: '', tier: 'GOLD', owner: 'x', metadata: { big: 'x'.repeat(17_000) } }
    const { status, body } = await stage.ask(stage.platform, 'POST', '/v1/organizations', wanted)
    const paths = body.errors.map(({ path }) => path).toSorted()
    expect([status, paths]).toEqual([400, ['/metadata', '/name', '/owner', '/tier']])
    const unknown = await stage.ask(stage.platform, 'POST', '/v1/organizations', { name: 'Acme', tier: 'gold' })
    expect(unknown).toMatchObject({ status: 400, body: { errors: [{ path: '/tier', code: 'unknown' }] } })
  })

  test('are listed as far as the caller reaches', async () => {
    const [mine, other] = [await stage.customer(), await stage.customer()]
    const own = await stage.ask(mine.keys.member, 'GET', '/v1/organizations')
    expect(own.body.data.map(({ id }) => id)).toEqual([mine.id])
    const all = await stage.ask(stage.platform, 'GET', '/v1/organizations?limit=200&q=Acm&tier=free')
    const ids = all.body.data.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining([mine.id, other.id]))
  })

  test('take no other members where they are one person’s own', async () => {
    const person = await addPerson(stage.server)
    const { id } = await stage.server.db.organization.findUniqueOrThrow({ where: { personalUserId: person.id } })
    const key = await addApiKey(stage.server, {
      organizationId: id,
      userId: person.id,
      scopes: ['organizations:write'],
    })
    const path = `/v1/organizations/${id}`
    const answers = [
      await stage.ask(key, 'POST', `${path}/invitations`, { email: 'x@example.com' }),
      await stage.ask(stage.platform, 'POST', `${path}/members`, { user_id: (await addPerson(stage.server)).id }),
      await stage.ask(key, 'DELETE', `${path}/members/${person.id}`),
      await stage.ask(stage.platform, 'DELETE', path),
    ]
    expect(answers.map(({ status }) => status)).toEqual([409, 409, 409, 409])
  })
})

describe('invitations', () => {
  test('are mailed after the commit, once for one Idempotency-Key, and their link is shown to nobody else', async () => {
    const { path, keys } = await stage.customer()
    const email = mailbox()
    const options = { headers: { 'idempotency-key': email } }
    const first = await stage.ask(keys.owner, 'POST', `${path}/invitations`, { email, role: 'admin' }, options)
    const again = await stage.ask(keys.owner, 'POST', `${path}/invitations`, { email, role: 'admin' }, options)
    expect([first.status, again.status, again.body]).toEqual([201, 201, first.body])
    expect(JSON.stringify(first.body)).not.toContain('/links/')
    const mailed = stage.server.running.inside.mail.captured().filter(({ to }) => to === email)
    expect(mailed).toMatchObject([{ text: expect.stringMatching(/\/links\/[\w-]{43}/) as string }])
    expect(await stage.server.db.link.count({ where: { email } })).toBe(1)
    const listed = await stage.ask(keys.admin, 'GET', `${path}/invitations`)
    expect(listed.body.data).toEqual([first.body])
  })

  test('refuse what is no address, and floods', async () => {
    const { path, keys } = await stage.customer()
    const invalid = await stage.ask(keys.owner, 'POST', `${path}/invitations`, { email: 'a@b@c' })
    expect(invalid).toMatchObject({ status: 400, body: { errors: [{ path: '/email' }] } })
    const email = mailbox()
    const statuses: number[] = []
    for (let i = 0; i < 5; i++) {
      const answer = await stage.ask(keys.owner, 'POST', `${path}/invitations`, { email })
      statuses.push(answer.status)
      if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
    }
    expect(statuses).toEqual([201, 201, 201, 201, 429])
    expect(await stage.server.db.link.count({ where: { email } })).toBe(4)
  })
})

describe('what stops within a second', () => {
  const status = async (key: TestKey, path: string) => (await stage.ask(key, 'GET', path)).status
  const soon = { timeout: 1_000, interval: 20 }

  test('a removed person’s keys, and those of others go on', async () => {
    const { path, keys, people } = await stage.customer()
    expect(await status(keys.member, path)).toBe(200)
    await stage.ask(keys.owner, 'DELETE', `${path}/members/${people.member.id}`)
    await expect.poll(async () => (await stage.ask(keys.member, 'GET', path)).body.code, soon).toBe('revoked')
    expect([await status(keys.admin, path), await status(keys.service, path)]).toEqual([200, 200])
  })

  test('what a demoted owner could do', async () => {
    const { path, keys, people, id } = await stage.customer()
    await stage.join(id, 'owner')
    const rename = async () => (await stage.ask(keys.owner, 'PATCH', path, { name: 'Mine' })).status
    expect(await rename()).toBe(200)
    await stage.ask(stage.platform, 'PATCH', `${path}/members/${people.owner.id}`, { role: 'member' })
    await expect.poll(rename, soon).toBe(403)
  })

  test('keys of a disabled service account, until it is enabled', async () => {
    const { path, keys } = await stage.customer()
    expect(await status(keys.service, path)).toBe(200)
    const account = `${path}/service-accounts/${keys.service.subject}`
    await stage.ask(keys.owner, 'PATCH', account, { disabled: true })
    await expect.poll(async () => (await stage.ask(keys.service, 'GET', path)).body.code, soon).toBe('disabled')
    await stage.ask(keys.owner, 'PATCH', account, { disabled: false })
    await expect.poll(() => status(keys.service, path), soon).toBe(200)
  })

  test('every key and client of a deleted organization', async () => {
    const { id, path, keys } = await stage.customer()
    const client = await addClient(stage.server, {}, { organization_id: id })
    expect(await status(keys.owner, path)).toBe(200)
    expect((await stage.ask(stage.platform, 'DELETE', path)).status).toBe(204)
    for (const key of Object.values(keys)) await expect.poll(() => status(key, path), soon).toBe(401)
    expect(await stage.server.db.client.count({ where: { id: client.id } })).toBe(0)
  })
})
