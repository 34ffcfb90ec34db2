import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import { chunksOf } from '../../src/cli/import/chunks.ts'
import { parseCsv } from '../../src/cli/import/csv.ts'
import { readRows } from '../../src/cli/import/read-rows.ts'
import { operations } from '../../src/cli/operations/operation.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { addOrganization, addResource } from '../support/api.ts'
import { openCommandBench, type CommandBench } from './command.ts'

let bench: CommandBench
let organization: string
beforeAll(async () => {
  bench = await openCommandBench()
  await addResource({ ...bench, clock: systemClock }, 'reports', { 'reports:read': 'anyone' })
})
beforeEach(async () => {
  organization = await addOrganization({ ...bench, clock: systemClock })
})
afterAll(() => bench[Symbol.asyncDispose]())

const keyRow = (fields: Record<string, unknown> = {}): Record<string, unknown> & { key: string } => ({
  key: drawApiKey('kg', 'live'),
  scopes: ['reports:read'],
  expires_at: null,
  ...fields,
})
const importKeys = (stdin: string, ...flags: string[]) =>
  bench.run(['keys', 'import', '-', '--organization', organization, ...flags], { stdin })
const keysOf = () => bench.db.apiKey.count({ where: { organizationId: organization } })

describe('keys import', () => {
  test('brings in what a JSON array, lines or a table say, and the same again changes nothing', async () => {
    const rows = [keyRow({ name: 'One' }), keyRow({ name: 'Two' })]
    const csv = [
      'name,key,scopes,expires_at',
      ...rows.map(({ name, key }) => `${String(name)},${key},reports:read,`),
    ].join('\n')
    const first = await importKeys(JSON.stringify(rows))
    expect(first).toEqual({
      status: 0,
      stdout: 'keys: 2 created, 0 unchanged, 0 invalid, 0 in conflict with what is there\n',
      stderr: '',
    })
    for (const again of [rows.map((row) => JSON.stringify(row)).join('\n'), csv]) {
      expect((await importKeys(again)).stdout).toMatch(/^keys: 0 created, 2 unchanged/)
    }
    expect(await keysOf()).toBe(2)
  })

  test('names each faulty row by its place, takes the others, and ends with 1', async () => {
    const rows = [keyRow(), keyRow({ scopes: ['reports:fly'] }), keyRow({ expires_at: 'never' })]
    const { status, stdout } = await importKeys(rows.map((row) => JSON.stringify(row)).join('\n\n'))
    expect([status, stdout.trim().split('\n')]).toEqual([
      1,
      [
        'line 3: scopes.0 there is no scope reports:fly',
        expect.stringMatching(/^line 5: expires_at must be a time/),
        'keys: 1 created, 0 unchanged, 2 invalid, 0 in conflict with what is there',
      ],
    ])
    expect(await keysOf()).toBe(1)
  })

  test('--dry-run says what would happen, and does nothing', async () => {
    const { status, stdout } = await importKeys(JSON.stringify([keyRow()]), '--dry-run')
    expect([status, stdout]).toEqual([0, expect.stringMatching(/^keys: 1 would be created/)])
    expect(await keysOf()).toBe(0)
  })

  test('sends more than a request may have in several, and numbers the rows through', async () => {
    const rows = Array.from({ length: 1001 }, (_, index) => (index === 1000 ? { scopes: 'none' } : keyRow()))
    const { status, stdout } = await importKeys(JSON.stringify(rows), '--dry-run', '--json')
    const { counts, results } = JSON.parse(stdout) as { counts: object; results: { row: number; outcome: string }[] }
    expect([status, counts]).toEqual([1, { created: 1000, unchanged: 0, invalid: 1, conflict: 0 }])
    expect(results.filter(({ outcome }) => outcome === 'invalid').map(({ row }) => row)).toEqual([1000])
  })

  test('takes the secrets of hashes from a file, or from the lines of an export', async () => {
    const hashKey = { algorithm: 'hmac-sha256', encoding: 'text', key: 'an old pepper' }
    const row = { hash: 'ab'.repeat(32), algorithm: 'hmac-sha256', scopes: [], expires_at: null }
    const file = join(bench.folder, 'hash-keys.json')
    await writeFile(file, JSON.stringify(hashKey, null, 2))
    expect((await importKeys(JSON.stringify([row]), '--hash-keys', file)).status).toBe(0)
    const lines = [{ kind: 'hash_key', ...hashKey }, row].map((line) => JSON.stringify(line)).join('\n')
    expect((await importKeys(lines)).stdout).toMatch(/^keys: 0 created, 1 unchanged/)
  })

  test.for([
    ['[{]', 'The file is no JSON array.'],
    ['{"a":1}\n{"secret', 'Line 2 is not JSON.'],
    ['key,colour\nx,red', 'The first line names what no row has: colour.'],
    ['key,scopes\nx', 'Line 2 has 1 fields, and the first line 2.'],
    ['key,scopes\n"x', 'Line 2 is not CSV: a quote that is never closed.'],
    ['[]', 'There are no keys in the input.'],
  ] as const)('says what is wrong with a file: %j', async ([stdin, fault]) => {
    const { status, stderr } = await importKeys(stdin)
    expect([status, stderr]).toEqual([1, expect.stringContaining(fault)])
  })
})

test('users import takes an export of another product, and says what it leaves behind', async () => {
  const realm = {
    users: [
      { username: 'ann', email: 'ann@example.com', emailVerified: true, enabled: true, firstName: 'Ann' },
      { username: 'robot', serviceAccountClientId: 'robot', enabled: true },
    ],
  }
  const file = join(bench.folder, 'realm.json')
  await writeFile(file, JSON.stringify(realm))
  const { status, stdout, stderr } = await bench.run(['users', 'import', file, '--from', 'keycloak'])
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^users: 1 created/)])
  expect(stderr).toContain('robot')
  expect(await bench.db.user.count({ where: { emailKey: 'ann@example.com' } })).toBe(1)
  const wrong = await bench.run(['users', 'import', '-', '--from', 'keycloak'], { stdin: '[1]' })
  expect([wrong.status, wrong.stderr]).toEqual([1, expect.stringContaining('This is no Keycloak export')])
})

test('users import takes a Firebase project with the parameters of its hashes from a file', async () => {
  const bytes = (length: number) => Buffer.alloc(length, 7).toString('base64')
  const config = join(bench.folder, 'hash-config.txt')
  const parameters = `algorithm: SCRYPT, base64_signer_key: ${bytes(64)}, base64_salt_separator: Bw==, rounds: 8, mem_cost: 14`
  await writeFile(config, `hash_config {\n  ${parameters.replaceAll(', ', ',\n  ')},\n}\n`)
  const users = [
    { localId: '1', email: 'fay@example.com', emailVerified: true, passwordHash: bytes(64), salt: bytes(8) },
  ]
  const run = (...flags: string[]) =>
    bench.run(['users', 'import', '-', '--from', 'firebase', ...flags], { stdin: JSON.stringify({ users }) })
  const without = await run('--dry-run')
  expect([without.status, without.stdout]).toEqual([
    1,
    expect.stringContaining('fay@example.com: password_hash.hash_key'),
  ])
  expect(await run('--hash-config', config)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^users: 1 created/),
  })
})

test('what is to be known of many rows is said once', async () => {
  const weak = '$pbkdf2-sha256$i=1000$c2FsdHNhbHQ$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'
  const rows = ['gus', 'hal', 'ivy'].map((name) => ({
    email: `${name}@example.com`,
    email_verified: true,
    password_hash: weak,
  }))
  const { stdout } = await bench.run(['users', 'import', '-'], { stdin: JSON.stringify(rows) })
  expect(stdout.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^warning: row 1 and 2 more: password_hash is a fast hash/),
    expect.stringMatching(/^users: 3 created/),
  ])
})

test('clients import takes rows, and an export of another server with what it leaves behind', async () => {
  const redirect_uris = ['https://app.example.com/callback']
  const rows = [{ client_id: 'dashboard', client_name: 'Dashboard', redirect_uris, client_secret: 'x'.repeat(40) }]
  const plain = await bench.run(['clients', 'import', '-'], { stdin: JSON.stringify(rows) })
  expect([plain.status, plain.stdout]).toEqual([0, expect.stringMatching(/^clients: 1 created/)])
  const hydra = [
    { client_id: 'robot', grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_basic' },
    { client_id: 'old', grant_types: ['implicit'], response_types: ['token'], redirect_uris },
  ]
  const { stdout, stderr } = await bench.run(['clients', 'import', '-', '--from', 'hydra', '--dry-run'], {
    stdin: JSON.stringify(hydra),
  })
  expect(stdout).toMatch(/clients: \d would be created/)
  expect(stderr).toMatch(/^(robot|old): /m)
})

test('a file that is not there ends with 64', async () => {
  const { status, stderr } = await bench.run(['keys', 'import', join(bench.folder, 'none.json')])
  expect([status, stderr]).toEqual([64, expect.stringContaining('There is no file')])
})

test('a table has its fields in their kinds', () => {
  const text =
    '\ufeffemail,email_verified,name,organizations\r\nann@example.com,TRUE,"Ann, ""A"" Example","[{""slug"":""acme"",""role"":""owner""}]"\r\n\r\nbob@example.com,maybe,,\r\n'
  expect(readRows(text, undefined, operations['POST /v1/users/import']?.rows ?? {})).toEqual([
    {
      place: 'line 2',
      value: {
        email: 'ann@example.com',
        email_verified: true,
        name: 'Ann, "A" Example',
        organizations: [{ slug: 'acme', role: 'owner' }],
      },
    },
    { place: 'line 4', value: { email: 'bob@example.com', email_verified: 'maybe' } },
  ])
})

test.for([
  [
    'a,b\n1,2',
    [
      ['a', 'b'],
      ['1', '2'],
    ],
  ],
  ['""', [['']]],
  ['"",x\n', [['', 'x']]],
  [',\n', [['', '']]],
  ['"a\nb",c\n\nd', [['a\nb', 'c'], ['d']]],
] as const)('CSV %j is read as records', ([text, records]) => {
  const read = parseCsv(text)
  expect(read.ok && read.records.map(({ cells }) => cells)).toEqual(records)
})

test('chunks keep to the rows and the bytes of a request, and lose nothing', () => {
  const rows = Array.from({ length: 10 }, (_, index) => ({ value: 'x'.repeat(index * 10) }))
  const chunks = chunksOf(rows, { rows: 3, bytes: 100 })
  expect(chunks.flat()).toEqual(rows)
  expect(chunks.every((chunk) => chunk.length <= 3)).toBe(true)
  expect(
    chunks
      .filter((chunk) => chunk.length > 1)
      .every((chunk) => JSON.stringify(chunk.map(({ value }) => value)).length <= 102),
  ).toBe(true)
})
