/** A whole platform moves in, works, and moves out again: by the command, from elsewhere, as docs/migrating.md has it. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRemoteBench, type RemoteBench } from '../cli/remote-bench.ts'
import { tokenRequest } from '../oidc/endpoints.ts'
import { createAgent } from '../support/agent.ts'
import { call } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import {
  CLIENTS,
  clientIdOf,
  customerOf,
  emailOf,
  faultyKeys,
  faultyPeople,
  hydraClients,
  identifier,
  isSlow,
  keycloakRealm,
  keyOf,
  keyRows,
  KEYS,
  passwordOf,
  PEOPLE,
  pepper,
  personRows,
  platformFile,
  secretOf,
  somePeople,
  wildcardClient,
} from './old-platform.ts'

let old: RemoteBench
let next: RemoteBench
beforeAll(async () => {
  ;[old, next] = await Promise.all([openRemoteBench(), openRemoteBench()])
})
afterAll(async () => {
  await next[Symbol.asyncDispose]()
  await old[Symbol.asyncDispose]()
})

async function fileOf(bench: RemoteBench, name: string, content: string): Promise<string> {
  const file = join(bench.bench.folder, name)
  await writeFile(file, content)
  return file
}
const lines = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).join('\n')

interface Imported {
  counts: Record<'created' | 'unchanged' | 'invalid' | 'conflict', number>
  results: { row: number; outcome: string; errors?: { path: string; code: string }[] }[]
}

async function bring(bench: RemoteBench, args: readonly string[]): Promise<Imported & { status: number }> {
  const { status, stdout, stderr } = await bench.run('remote', [...args, '--json'])
  if (stdout === '') throw new Error(stderr)
  return { status, ...(JSON.parse(stdout) as Imported) }
}

/** `12 /scopes/0: unknown_scope` for each row that isn't in. */
const faultsIn = ({ results }: Imported) =>
  results.flatMap(({ row, errors = [] }) => errors.map(({ path, code }) => `${row} ${path}: ${code}`))

async function check(bench: RemoteBench, key: string) {
  const { status, headers } = await call(bench.server.url, 'GET', '/v1/check/@reports/v1/reports/7', { key })
  return { status, code: headers['x-auth-code'], customer: headers['x-auth-external-id'] }
}

async function signsIn(bench: RemoteBench, index: number): Promise<number> {
  const agent = createAgent(bench.server.url)
  await agent.get('/sign-in')
  return (await agent.submit('/sign-in', { email: emailOf(index), password: passwordOf(index) })).status
}

async function tokenOf(bench: RemoteBench, index: number): Promise<number> {
  const client = { id: clientIdOf(index), secret: secretOf(index) }
  const wanted = { grant_type: 'client_credentials', scope: 'reports:read', resource: identifier }
  return (await tokenRequest(bench.server, client, wanted)).status
}

/** Some of every kind, and the slow ones. */
const sample = Array.from({ length: KEYS }, (_, index) => index).filter(
  (index) => (index % 97 === 0 || isSlow(index)) && !faultyKeys.includes(index),
)

async function everythingWorks(bench: RemoteBench): Promise<void> {
  const works = async (index: number) =>
    expect([index, await check(bench, keyOf(index))]).toEqual([
      index,
      { status: 200, code: 'valid', customer: customerOf(index) },
    ])
  // The import's notice says how keys of other systems are looked for; from then on each is found at its first call.
  await eventually(() => works(sample[0] ?? 0))
  for (const index of sample) await works(index)
  for (const index of somePeople) expect([index, await signsIn(bench, index)]).toEqual([index, 303])
}

test('the platform and its customers come by a file', async () => {
  const file = await fileOf(old, 'platform.yaml', platformFile())
  const applied = await old.run('remote', ['apply', file])
  expect([applied.status, applied.stderr]).toEqual([0, ''])
  expect(applied.stdout).toContain('+ organization customer-199')
  expect((await old.run('remote', ['apply', file, '--dry-run'])).status).toBe(0)
})

test('10,000 keys come, and each faulty row is told', async () => {
  const hashKeys = await fileOf(
    old,
    'pepper.json',
    JSON.stringify({ algorithm: 'hmac-sha256', encoding: 'text', key: pepper }),
  )
  const file = await fileOf(old, 'keys.ndjson', lines(await keyRows()))
  const first = await bring(old, ['keys', 'import', file, '--hash-keys', hashKeys])
  const created = KEYS - faultyKeys.length
  expect([first.status, first.counts]).toEqual([1, { created, unchanged: 0, invalid: faultyKeys.length, conflict: 0 }])
  expect(faultsIn(first)).toEqual([
    '17 /scopes/0: unknown_scope',
    expect.stringMatching(/^1999 \/external_id: /),
    '4000 /hash: malformed',
    expect.stringMatching(/^5003 \/expires_at: /),
    '9999 /colour: unknown_field',
  ])
  const again = await bring(old, ['keys', 'import', file, '--hash-keys', hashKeys])
  expect(again.counts).toEqual({ created: 0, unchanged: created, invalid: faultyKeys.length, conflict: 0 })
})

test('1,000 people come, and each faulty row is told', async () => {
  const file = await fileOf(old, 'users.ndjson', lines(personRows()))
  const first = await bring(old, ['users', 'import', file])
  expect(first.counts.created).toBe(PEOPLE - faultyPeople.length)
  expect(faultsIn(first)).toEqual([
    expect.stringMatching(/^3 \/email: /),
    '500 /email: repeated',
    '731 /password_hash: unknown_hash',
    '732 /organizations/0/external_id: unknown_organization',
    '999 /administrator: unknown_field',
  ])
})

test('50 clients come out of two other servers, and what can’t come is told', async () => {
  const realm = await fileOf(old, 'realm.json', JSON.stringify(keycloakRealm()))
  const hydra = await fileOf(old, 'hydra.json', JSON.stringify(await hydraClients()))
  const fromKeycloak = await old.run('remote', ['clients', 'import', realm, '--from', 'keycloak'])
  expect(fromKeycloak.stdout + fromKeycloak.stderr).toContain(clientIdOf(wildcardClient))
  expect(fromKeycloak.stderr).toContain('admin-cli')
  const fromHydra = await bring(old, ['clients', 'import', hydra, '--from', 'hydra'])
  expect([fromHydra.status, fromHydra.counts.created]).toEqual([0, CLIENTS / 2])
  expect(await old.server.db.client.count({ where: { id: { startsWith: 'app-' } } })).toBe(CLIENTS - 1)
})

test('the keys call, the people sign in, the clients get tokens; who wasn’t taken is refused', async () => {
  await everythingWorks(old)
  for (const index of [0, CLIENTS - 1]) expect([index, await tokenOf(old, index)]).toEqual([index, 200])
  for (const index of faultyKeys) {
    expect([index, await check(old, keyOf(index))]).toMatchObject([index, { status: 401, code: 'not_found' }])
  }
  // Slow hashes are gone with the first call, and passwords with the first sign-in.
  const slow = { lookupPrefix: { not: null }, importedHash: { not: null } }
  expect(await old.server.db.apiKeySecret.count({ where: slow })).toBe(0)
})

test('keys and people move out again, to another server under another secret key, and work there', async () => {
  const platform = await old.run('remote', ['export'])
  const applied = await next.run('remote', ['apply', '-'], platform.stdout)
  expect([applied.status, applied.stderr]).toEqual([0, ''])

  const { status, stdout } = await old.run('host', ['export', '--keys', '--users'])
  expect(status).toBe(0)
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { kind: string; name?: string; email?: string })
  const of = (kind: string) => rows.filter((row) => row.kind === kind)
  expect(stdout).not.toContain(keyOf(2))
  expect(of('api_key').length).toBeGreaterThanOrEqual(KEYS - faultyKeys.length)
  expect(of('user').length).toBeGreaterThanOrEqual(PEOPLE - faultyPeople.length)

  // Those who are asked for at the new one.
  const names = new Set(sample.map((index) => `Key ${index}`))
  const emails = new Set(somePeople.map(emailOf))
  const going = rows.filter(
    ({ kind, name = '', email = '' }) => kind === 'hash_key' || names.has(name) || emails.has(email),
  )
  const file = await fileOf(next, 'leaving.ndjson', lines(going))
  expect((await bring(next, ['keys', 'import', file])).counts.created).toBe(sample.length)
  expect((await bring(next, ['users', 'import', file])).counts.created).toBe(somePeople.length)
  await everythingWorks(next)
})

test('who isn’t on the host doesn’t get the hashes', async () => {
  const refused = await old.run('remote', ['export', '--keys'])
  expect([refused.status, refused.stdout]).toEqual([3, ''])
  expect(refused.stderr).toMatch(/host/)
})
