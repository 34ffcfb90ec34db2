import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { emailKey } from '../../src/users/user.ts'
import { openSite, otherPassword, password, pathOf, type Site } from '../pages/accounts/site.ts'
import { firebase, published } from '../platform/slow-hash/vectors.ts'
import { addAdministratorKey, addMember, addOrganization, caller } from '../support/api.ts'
import { addPerson } from '../support/server.ts'

let site: Site
let ask: ReturnType<typeof caller>
beforeAll(async () => {
  site = await openSite()
  ask = caller(site.server, (await addAdministratorKey(site.server)).key)
})
afterAll(() => site[Symbol.asyncDispose]())

interface Result {
  row: number
  outcome: string
  id?: string
  errors?: { path: string; code: string; message: string }[]
  warnings?: { path: string; code: string }[]
}

async function importRows(rows: unknown[], rest: object = {}): Promise<Result[]> {
  const { status, body } = await ask('POST', '/v1/users/import', { body: { rows, ...rest } })
  expect([status, body]).toEqual([200, expect.anything()])
  return (body as { results: Result[] }).results
}

/** `/email: taken` for each fault. */
const faultsOf = ({ errors = [] }: Result) => errors.map(({ path, code }) => `${path}: ${code}`)

let count = 0
const address = () => `person-${(count += 1)}@example.com`

const userOf = (email: string) =>
  site.server.db.user.findUniqueOrThrow({ where: { emailKey: emailKey(email) }, include: { memberships: true } })

async function signsIn(email: string, typed: string): Promise<boolean> {
  // A minute apart, so that no throttle has to do with it.
  site.pass(60)
  return (await site.signIn(site.agent(), email, typed)).status === 303
}

/** Of `U*U`, dear enough for today. */
const bcryptHash = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'

/** Of each algorithm one: that all of them verify is shown beside them. */
const oneOfEach = ['$2y$', 'argon2id (', 'SHA-512', 'scrypt (RFC'].flatMap(
  (part) => published.find(({ name }) => name.includes(part)) ?? [],
)

const ours = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/

describe('a person who was brought along', () => {
  test.each(oneOfEach)(
    'signs in with the password they had, and then it is hashed as ours are: $name',
    async ({ hash, of }) => {
      const email = address()
      const [result] = await importRows([{ email, email_verified: true, password_hash: hash }])
      expect(result?.outcome).toBe('created')
      expect((await userOf(email)).passwordHash).toBeNull()
      expect(await signsIn(email, hash)).toBe(false)
      expect((await userOf(email)).passwordHash).toBeNull()

      expect(await signsIn(email, of)).toBe(true)
      const upgraded = await userOf(email)
      expect(upgraded.passwordHash).toMatch(ours)
      expect(upgraded.importedPasswordHash).toBeNull()
      expect(await signsIn(email, of)).toBe(true)
      expect((await userOf(email)).passwordHash).toBe(upgraded.passwordHash)
    },
  )

  test('signs in with the password of their Firebase project, whose key is sealed and kept once', async () => {
    const { base64_signer_key, base64_salt_separator, rounds, mem_cost } = firebase
    const key = { algorithm: 'firebase-scrypt', base64_signer_key, base64_salt_separator, rounds, mem_cost }
    const hash = { algorithm: 'firebase-scrypt', salt: firebase.salt, hash: firebase.passwordHash }
    const [email, other] = [address(), address()]
    const row = (to: string) => ({ email: to, email_verified: true, password_hash: hash })
    expect(faultsOf((await importRows([row(email)]))[0] as Result)).toEqual([
      '/password_hash/hash_key: hash_key_required',
    ])
    expect((await importRows([row(email)], { hash_keys: [key] }))[0]?.outcome).toBe('created')
    expect((await importRows([row(email), row(other)], { hash_keys: [key] })).map(({ outcome }) => outcome)).toEqual([
      'unchanged',
      'created',
    ])
    const kept = await site.server.db.hashKey.findMany({ where: { algorithm: 'firebase-scrypt' } })
    expect(kept).toHaveLength(1)
    const rests = Buffer.from(kept[0]?.keySealed ?? []).toString('latin1')
    expect(rests).not.toContain(base64_signer_key)
    expect(rests).not.toContain(Buffer.from(base64_signer_key, 'base64').toString('latin1'))

    expect(await signsIn(email, otherPassword)).toBe(false)
    expect(await signsIn(email, firebase.password)).toBe(true)
    expect((await userOf(email)).passwordHash).toMatch(ours)
    expect(await signsIn(email, firebase.password)).toBe(true)
  })

  test('has an organization of their own and the memberships that were said, and is told to webhooks, but not mailed', async () => {
    const { server } = site
    const acme = await addOrganization(server, { externalId: 'cus_42' })
    const globex = await addOrganization(server, { slug: 'globex' })
    const email = 'Zoë.Lee@Example.com'
    const mails = server.running.inside.mail.captured().length
    const [result] = await importRows([
      {
        email,
        email_verified: true,
        name: ' Zoë  Lee ',
        locale: 'de-AT',
        created_at: '2019-05-01T08:00:00Z',
        organizations: [
          { external_id: 'cus_42', role: 'admin' },
          { slug: 'globex', role: 'member' },
        ],
      },
    ])
    const user = await userOf(email)
    expect(user).toMatchObject({ id: result?.id, email, name: 'Zoë Lee', locale: 'de-AT', administrator: false })
    expect(user.createdAt.toISOString()).toBe('2019-05-01T08:00:00.000Z')
    const personal = await server.db.organization.findUniqueOrThrow({ where: { personalUserId: user.id } })
    const roles = Object.fromEntries(user.memberships.map(({ organizationId, role }) => [organizationId, role]))
    expect(roles).toEqual({ [personal.id]: 'owner', [acme]: 'admin', [globex]: 'member' })

    const noted = await server.db.auditEvent.findMany({ where: { targetId: user.id }, orderBy: { type: 'asc' } })
    expect(noted.map(({ type }) => type)).toEqual(['user.created', 'user.imported'])
    expect(noted[1]?.data).toEqual({ password: 'none', email_verified: true, disabled: false })
    const told = await server.db.outboxEvent.findMany({ where: { type: 'user.created', organizationId: personal.id } })
    expect(told.map(({ data }) => data)).toEqual([{ id: user.id, email, name: 'Zoë Lee' }])
    expect(server.running.inside.mail.captured()).toHaveLength(mails)
  })

  test('has to prove a mailbox that they had not proven before, and loses the old password to whoever does', async () => {
    const email = address()
    await importRows([{ email, email_verified: false, password_hash: bcryptHash }])
    expect(await signsIn(email, 'U*U')).toBe(true)
    expect((await userOf(email)).emailVerifiedAt).toBeNull()

    const strange = address()
    await importRows([{ email: strange, email_verified: false, password_hash: bcryptHash }])
    await site.signedUp(strange)
    expect(await userOf(strange)).toMatchObject({ importedPasswordHash: null, emailVerifiedAt: expect.any(Date) })
    expect(await signsIn(strange, 'U*U')).toBe(false)
    expect(await signsIn(strange, password)).toBe(true)
  })

  test('loses it by a reset, too', async () => {
    const email = address()
    await importRows([{ email, email_verified: true, password_hash: bcryptHash }])
    const agent = site.agent()
    await agent.get('/forgot-password')
    await agent.submit('/forgot-password', { email })
    const link = await site.linkTo(email)
    await agent.get(link)
    expect((await agent.submit(pathOf(link), { password })).status).toBe(303)
    expect((await userOf(email)).importedPasswordHash).toBeNull()
    expect(await signsIn(email, 'U*U')).toBe(false)
    expect(await signsIn(email, password)).toBe(true)
  })

  test('does not come in while disabled', async () => {
    const email = address()
    await importRows([{ email, email_verified: true, password_hash: bcryptHash, disabled: true }])
    expect(await signsIn(email, 'U*U')).toBe(false)
    await site.server.db.user.update({ where: { emailKey: email }, data: { disabledAt: null } })
    expect(await signsIn(email, 'U*U')).toBe(true)
  })

  test('signs in from two places at once, and has one hash after it', async () => {
    const email = address()
    await importRows([{ email, email_verified: true, password_hash: bcryptHash }])
    const both = await Promise.all([0, 1].map(() => site.signIn(site.agent(), email, 'U*U')))
    expect(both.map(({ status }) => status)).toEqual([303, 303])
    const { passwordHash, importedPasswordHash } = await userOf(email)
    expect([passwordHash, importedPasswordHash]).toEqual([expect.stringMatching(ours), null])
    expect(await signsIn(email, 'U*U')).toBe(true)
  })

  test('is tried as often as anybody else', async () => {
    const email = address()
    await importRows([{ email, email_verified: true, password_hash: bcryptHash }])
    const agent = site.agent()
    for (let i = 0; i < 10; i++) expect((await site.signIn(agent, email, otherPassword)).status).toBe(422)
    expect((await site.signIn(agent, email, 'U*U')).status).toBe(429)
  })
})

describe('an import', () => {
  test('tells the fault of each row, and takes the others', async () => {
    const { server } = site
    const own = await server.db.organization.findFirstOrThrow({ where: { personalUserId: { not: null } } })
    const good = { email: address(), email_verified: true }
    const taken = await addPerson(server)
    const absurd = '$argon2id$v=19$m=4194304,t=9,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'
    const rows: [unknown, string, ...string[]][] = [
      [good, 'created'],
      [{ email: 'nobody', email_verified: true }, 'invalid', '/email: custom'],
      [{ email: address() }, 'invalid', '/email_verified: required'],
      [{ ...good, email: address(), administrator: true }, 'invalid', '/administrator: unknown_field'],
      [{ ...good, email: address(), password_hash: 'hunter2' }, 'invalid', '/password_hash: unknown_hash'],
      [{ ...good, email: address(), password_hash: absurd }, 'invalid', '/password_hash: hash_out_of_bounds'],
      [{ ...good, email: address(), password_hash: { algorithm: 'md5' } }, 'invalid', '/password_hash: invalid_union'],
      [
        { ...good, email: address(), organizations: [{ external_id: 'cus_none', role: 'member' }] },
        'invalid',
        '/organizations/0/external_id: unknown_organization',
      ],
      [
        { ...good, email: address(), organizations: [{ organization_id: own.id, role: 'owner' }] },
        'invalid',
        '/organizations/0/organization_id: unknown_organization',
      ],
      [{ ...good, email: address(), organizations: [{ role: 'owner' }] }, 'invalid', '/organizations/0: one_of'],
      [{ ...good, email: address(), created_at: '2999-01-01T00:00:00Z' }, 'invalid', '/created_at: in_the_future'],
      [{ ...good, email: address(), name: 'x'.repeat(101) }, 'invalid', '/name: too_big'],
      [{ ...good, email: good.email.toUpperCase() }, 'conflict', '/email: repeated'],
      [{ ...good, email: taken.email }, 'conflict', '/email: taken'],
      [null, 'invalid', ': invalid_type'],
      [{ ...good, email: address() }, 'created'],
    ]
    const results = await importRows(rows.map(([row]) => row))
    expect(results.map((result) => [result.outcome, ...faultsOf(result)])).toEqual(
      rows.map(([, ...expected]) => expected),
    )
    expect(JSON.stringify(results)).not.toMatch(/hunter2|c29tZXNhbHQ/)
    expect(results[13]).not.toHaveProperty('id')
    expect(await signsIn(taken.email, taken.password)).toBe(true)
  })

  test('again changes nothing, also after they have signed in; another hash is a conflict', async () => {
    const [came, waits, changed] = [address(), address(), address()]
    const rows = [came, waits, changed].map((email) => ({ email, email_verified: true, password_hash: bcryptHash }))
    const ids = (await importRows(rows)).map(({ id }) => id)
    expect(await signsIn(came, 'U*U')).toBe(true)
    const before = await userOf(came)
    const other = bcryptHash.replace('$2a$', '$2b$')
    const again = await importRows([rows[0], rows[1], { ...rows[2], password_hash: other }])
    expect(again.map(({ outcome, id }) => [outcome, id])).toEqual([
      ['unchanged', ids[0]],
      ['unchanged', ids[1]],
      ['conflict', undefined],
    ])
    expect(again.flatMap(faultsOf)).toEqual(['/password_hash: differs'])
    expect((await userOf(came)).passwordHash).toBe(before.passwordHash)
    expect((await userOf(changed)).importedPasswordHash).toBe(bcryptHash)
  })

  test('says which hashes are cheap to guess, and takes them', async () => {
    const [result] = await importRows([{ email: address(), email_verified: true, password_hash: bcryptHash }])
    expect(result).toMatchObject({ outcome: 'created', warnings: [{ path: '/password_hash', code: 'weak_hash' }] })
  })

  test('for trying tells the same and makes nothing', async () => {
    const rows = [{ email: address(), email_verified: true, password_hash: bcryptHash }, { email: 'nobody' }]
    const before = await site.server.db.user.count()
    const tried = await importRows(rows, { dry_run: true })
    expect(tried.map(({ outcome }) => outcome)).toEqual(['created', 'invalid'])
    expect(await site.server.db.user.count()).toBe(before)
    expect((await importRows(rows)).map(({ outcome }) => outcome)).toEqual(['created', 'invalid'])
  })

  test('of a thousand people takes few statements, and more than a thousand are too many', async () => {
    const { server } = site
    const acme = await addOrganization(server)
    const rows = Array.from({ length: 1000 }, (_, index) => ({
      email: `thousand-${index}@example.com`,
      email_verified: index % 2 === 0,
      name: `Person ${index}`,
      password_hash: bcryptHash,
      organizations: [{ organization_id: acme, role: 'member' }],
    }))
    server.statements()
    const results = await importRows(rows)
    expect(results.every(({ outcome }) => outcome === 'created')).toBe(true)
    expect(server.statements().length).toBeLessThan(40)
    expect(await server.db.membership.count({ where: { organizationId: acme } })).toBe(1000)
    const tooMany = await ask('POST', '/v1/users/import', { body: { rows: [...rows, rows[0]] } })
    expect(tooMany.status).toBe(400)
    await addMember(server, acme, (await addPerson(server)).id)
  })
})
