import { expect, test } from 'vitest'
import { exportUsers } from '../../src/users/import/export.ts'
import { openSite, type Site } from '../pages/accounts/site.ts'
import { firebase } from '../platform/slow-hash/vectors.ts'
import { addAdministratorKey, addMember, addOrganization, caller } from '../support/api.ts'
import { addPerson, testPassword } from '../support/server.ts'

const bcryptHash = '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'

async function bring(site: Site, rows: unknown[], hashKeys: unknown[]): Promise<string[]> {
  const ask = caller(site.server, (await addAdministratorKey(site.server)).key)
  const { status, body } = await ask('POST', '/v1/users/import', { body: { rows, hash_keys: hashKeys } })
  expect([status, body]).toEqual([200, expect.anything()])
  return (body as { results: { outcome: string }[] }).results.map(({ outcome }) => outcome)
}

/** As it stands in a file. */
async function exported(site: Site): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = []
  for await (const line of exportUsers(site.server)) lines.push(JSON.parse(JSON.stringify(line)) as typeof line)
  return lines
}

test('everybody leaves with their hashes, is taken by another installation, and signs in there', async () => {
  await using from = await openSite()
  const { server } = from
  const { base64_signer_key, base64_salt_separator, rounds, mem_cost } = firebase
  const key = { algorithm: 'firebase-scrypt', base64_signer_key, base64_salt_separator, rounds, mem_cost }
  const ann = await addPerson(server, { email: 'ann@example.com', administrator: true })
  await addMember(server, await addOrganization(server, { externalId: 'cus_42' }), ann.id, 'admin')
  await addMember(server, await addOrganization(server, { slug: 'globex' }), ann.id)
  const password_hash = { algorithm: 'firebase-scrypt', salt: firebase.salt, hash: firebase.passwordHash }
  await bring(
    from,
    [
      { email: 'bob@example.com', email_verified: false, password_hash: bcryptHash, disabled: true },
      { email: 'eve@example.com', email_verified: true, password_hash, name: 'Eve', locale: 'de' },
      { email: 'none@example.com', email_verified: true, created_at: '2019-05-01T08:00:00.000Z' },
    ],
    [key],
  )
  // Five hundred in a block.
  await bring(
    from,
    Array.from({ length: 600 }, (_, index) => ({ email: `p${index}@example.com`, email_verified: true })),
    [],
  )

  const lines = await exported(from)
  const [hashKey, ...rows] = lines
  expect(hashKey).toEqual({ kind: 'hash_key', ...key })
  expect(rows).toHaveLength(604)
  const of = (email: string) => rows.find((row) => row['email'] === email)
  expect(of('ann@example.com')).toEqual({
    kind: 'user',
    email: 'ann@example.com',
    email_verified: true,
    name: 'Ann Example',
    locale: null,
    password_hash: { algorithm: 'keygrant', hash: expect.stringMatching(/^\$argon2id\$/) },
    created_at: expect.any(String),
    disabled: false,
    organizations: [
      { external_id: 'cus_42', role: 'admin' },
      { slug: 'globex', role: 'member' },
    ],
  })
  expect(of('bob@example.com')).toMatchObject({
    email_verified: false,
    password_hash: bcryptHash,
    disabled: true,
  })
  expect(of('eve@example.com')).toMatchObject({
    password_hash: { ...password_hash, hash_key: 0 },
    name: 'Eve',
    locale: 'de',
  })
  expect(of('none@example.com')).toMatchObject({
    password_hash: null,
    created_at: '2019-05-01T08:00:00.000Z',
    organizations: [],
  })

  await using to = await openSite()
  await addOrganization(to.server, { externalId: 'cus_42' })
  await addOrganization(to.server, { slug: 'globex' })
  expect(new Set(await bring(to, rows, [hashKey]))).toEqual(new Set(['created']))
  expect((await exported(to)).map((line) => JSON.stringify(line)).toSorted()).toEqual(
    lines.map((line) => JSON.stringify(line)).toSorted(),
  )
  for (const [email, typed] of [
    ['ann@example.com', testPassword],
    ['eve@example.com', firebase.password],
  ] as const) {
    expect((await to.signIn(to.agent(), email, typed)).status).toBe(303)
  }
  // Whoever administered the one doesn't administer the other.
  expect(await to.server.db.user.count({ where: { administrator: true } })).toBe(0)
})
