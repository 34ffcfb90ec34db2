/** People over HTTP: who sees whom, and that nothing which stops or raises somebody is done by a credential. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { endAccess } from '../../src/oidc/sessions/end-access.ts'
import { disableUser, enableUser } from '../../src/users/disable.ts'
import { makeAdministrator } from '../../src/users/make-administrator.ts'
import { revokeAdministration } from '../../src/users/revoke-administration.ts'
import { openApiStage, said, type ApiStage, type Customer } from '../organizations/stage.ts'
import { addApiKey, type TestKey } from '../support/api.ts'
import { addPerson } from '../support/server.ts'

let stage: ApiStage
let acme: Customer
let other: Customer
beforeAll(async () => {
  stage = await openApiStage(['users:read', 'users:write'])
  acme = await stage.customer()
  other = await stage.customer()
})
afterAll(() => stage[Symbol.asyncDispose]())

const emails = ({ body }: { body: { data: Record<string, unknown>[] } }) => body.data.map(({ email }) => String(email))
const everybodyOf = ({ people }: Customer) => Object.values(people).map(({ email }) => email)

describe('seeing people', () => {
  test.for([
    ['owner', true],
    ['admin', true],
    ['service', true],
    ['member', false],
  ] as const)('with the key of an organization’s %s', async ([who, sees]) => {
    const listed = await stage.ask(acme.keys[who], 'GET', '/v1/users')
    expect(listed.status).toBe(200)
    expect(emails(listed).toSorted()).toEqual(sees ? everybodyOf(acme).toSorted() : [])
    const one = await stage.ask(acme.keys[who], 'GET', `/v1/users/${acme.people.admin.id}`)
    expect(one.status).toBe(sees ? 200 : 404)
  })

  test('of another organization is like that of nobody', async () => {
    const foreign = await stage.ask(acme.keys.owner, 'GET', `/v1/users/${other.people.member.id}`)
    expect(said(foreign)).toEqual(said(await stage.ask(acme.keys.owner, 'GET', '/v1/users/usr_x')))
    expect(foreign.status).toBe(404)
  })

  test('ends with their membership, within a second', async () => {
    const somebody = await stage.join(acme.id)
    const path = `/v1/users/${somebody.id}`
    expect((await stage.ask(acme.keys.owner, 'GET', path)).status).toBe(200)
    await stage.ask(stage.platform, 'DELETE', `${acme.path}/members/${somebody.id}`)
    expect((await stage.ask(acme.keys.owner, 'GET', path)).status).toBe(404)
  })

  test('shows everybody to an administrator, and who is one to nobody else', async () => {
    const root = await addPerson(stage.server, { administrator: true })
    const found = await stage.ask(stage.platform, 'GET', `/v1/users?email=${root.email.toUpperCase()}`)
    expect(found.body.data).toMatchObject([{ id: root.id, administrator: true, email_verified: true, disabled: false }])
    const seen = await stage.ask(acme.keys.owner, 'GET', `/v1/users/${acme.people.admin.id}`)
    expect(seen.body).not.toHaveProperty('administrator')
    expect(JSON.stringify(found.body)).not.toContain('argon2')
  })

  test('finds what an address or a name begins with, in whatever letters, page by page', async () => {
    for (const name of ['Zoë One', 'zoë two', 'Not Zoë']) await addPerson(stage.server, { name })
    const found = await stage.ask(stage.platform, 'GET', `/v1/users?q=${encodeURIComponent('zoë')}&limit=1`)
    expect(found.body.data).toMatchObject([{ name: 'zoë two' }])
    const cursor = String(found.body['next_cursor'])
    const rest = await stage.ask(stage.platform, 'GET', `/v1/users?q=${encodeURIComponent('ZOË')}&cursor=${cursor}`)
    expect(rest.body).toMatchObject({ data: [{ name: 'Zoë One' }], next_cursor: null })
    expect((await stage.ask(stage.platform, 'GET', '/v1/users?q=%25')).body.data).toEqual([])
  })
})

describe('a name', () => {
  test('is changed by whose it is, also with a plain member’s key', async () => {
    const { member } = acme.people
    const path = `/v1/users/${member.id}`
    const changed = await stage.ask(acme.keys.member, 'PATCH', path, { name: ' Mia\n\u202e Miller ' })
    expect(changed).toMatchObject({ status: 200, body: { name: 'Mia Miller' } })
    const noted = await stage.server.db.auditEvent.findFirstOrThrow({ where: { type: 'user.updated' } })
    expect(noted).toMatchObject({ targetId: member.id, actorId: member.id, data: { changed: ['name'] } })
    expect(await stage.ask(acme.keys.member, 'PATCH', path, { name: null })).toMatchObject({ body: { name: null } })
  })

  test('is no organization’s to change: a person belongs to none', async () => {
    const change = (key: keyof Customer['keys'], id: string) =>
      stage.ask(acme.keys[key], 'PATCH', `/v1/users/${id}`, { name: 'Mallory' })
    expect([
      (await change('owner', acme.people.admin.id)).status,
      (await change('service', acme.people.admin.id)).status,
      (await change('member', acme.people.admin.id)).status,
      (await change('owner', other.people.admin.id)).status,
    ]).toEqual([403, 403, 404, 404])
    const changed = await stage.ask(stage.platform, 'PATCH', `/v1/users/${acme.people.admin.id}`, { name: 'Ada' })
    expect(changed).toMatchObject({ status: 200, body: { name: 'Ada' } })
  })

  test.for(['administrator', 'disabled', 'email', 'email_verified'])('comes with no %s', async (field) => {
    const path = `/v1/users/${acme.people.owner.id}`
    const { status, body } = await stage.ask(stage.platform, 'PATCH', path, { name: 'x', [field]: true })
    expect([status, body.errors]).toEqual([
      400,
      [expect.objectContaining({ path: `/${field}`, code: 'unknown_field' })],
    ])
  })
})

test.for([
  ['make-administrator', 'host_only', 'host_only'],
  ['revoke-administrator', 'host_only', 'host_only'],
  ['disable', 'fresh_sign_in_required', 'forbidden'],
  ['enable', 'fresh_sign_in_required', 'forbidden'],
  ['reset-password', 'fresh_sign_in_required', 'forbidden'],
] as const)('no key does what stops or raises somebody: %s', async ([verb, administrators, everybodys]) => {
  const target = acme.people.member.id
  const ask = (key: Pick<TestKey, 'key'>, id: string) => stage.ask(key, 'POST', `/v1/users/${id}/${verb}`)
  expect(await ask(stage.platform, target)).toMatchObject({ status: 403, body: { code: administrators } })
  const strangers = [await ask(acme.keys.owner, target), await ask(acme.keys.owner, 'usr_x')]
  for (const { status, body } of strangers) expect([status, body.code]).toEqual([403, everybodys])
  expect(new Set(strangers.map((answer) => JSON.stringify(said(answer)))).size).toBe(1)
  const user = await stage.server.db.user.findUniqueOrThrow({ where: { id: target } })
  expect(user).toMatchObject({ disabledAt: null, administrator: false })
})

describe('what is done on the host holds within a second', () => {
  const soon = { timeout: 1_000, interval: 20 }

  test('keys of a disabled person stop, and work again once they are enabled', async () => {
    const { server, ask } = stage
    const { keys, people } = await stage.customer()
    const code = async () => (await ask(keys.owner, 'GET', '/v1/users')).body.code ?? 'valid'
    expect(await code()).toBe('valid')
    await disableUser({ db: server.db, endAccess }, { email: people.owner.email }, systemContext(server.clock))
    await expect.poll(code, soon).toBe('disabled')
    await enableUser(server, { email: people.owner.email }, systemContext(server.clock))
    await expect.poll(code, soon).toBe('valid')
  })

  test('keys of a demoted administrator reach their own organization only', async () => {
    const { server, ask } = stage
    const root = await addPerson(server, { administrator: true })
    const { id } = await server.db.organization.findUniqueOrThrow({ where: { personalUserId: root.id } })
    const scopes = ['users:read', 'admin:users:read']
    const key = await addApiKey(server, { organizationId: id, userId: root.id, scopes })
    const seen = async () => emails(await ask(key, 'GET', '/v1/users?limit=200'))
    expect((await seen()).length).toBeGreaterThan(1)
    await addPerson(server, { administrator: true })
    const revoked = await revokeAdministration(server, root.email, systemContext(server.clock))
    expect(revoked.outcome).toBe('revoked')
    await expect.poll(seen, soon).toEqual([root.email])
    await makeAdministrator(server, root.email, systemContext(server.clock))
    await expect.poll(async () => (await seen()).length, soon).toBeGreaterThan(1)
  })
})

test('without the scope there is nothing to see', async () => {
  const key = await addApiKey(stage.server, { organizationId: acme.id, scopes: ['organizations:read'] })
  expect((await stage.ask(key, 'GET', '/v1/users')).body.code).toBe('insufficient_scope')
  expect((await stage.ask(null, 'GET', '/v1/users')).body.code).toBe('missing')
})
