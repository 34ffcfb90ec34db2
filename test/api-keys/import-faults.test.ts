/** What an import refuses: rows, each for itself, and the whole. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import { addApiKey, addMember } from '../support/api.ts'
import { addPerson } from '../support/server.ts'
import { drawForeignKey, hmac, openImportStage, sha256, ways, type ImportStage } from './import-stage.ts'

let stage: ImportStage

beforeAll(async () => {
  stage = await openImportStage()
})
afterAll(async () => stage[Symbol.asyncDispose]())

const plain = (more: Record<string, unknown> = {}) => ({ key: drawForeignKey(), ...more })
const word = (length: number) => 'x'.repeat(length)
const faults: [why: string, row: Record<string, unknown>, path: string, code: string][] = [
  ['neither a key nor a hash', {}, '/key', 'one_of'],
  ['both', { ...plain(), hash: sha256('a'), algorithm: 'sha256' }, '/key', 'one_of'],
  ['a hash without an algorithm', { hash: sha256('a') }, '/algorithm', 'required'],
  ['an unknown algorithm', { hash: sha256('a'), algorithm: 'md5' }, '/algorithm', 'invalid_value'],
  ['half a SHA-256', { hash: sha256('a').slice(32), algorithm: 'sha256' }, '/hash', 'malformed'],
  ['bcrypt without lookup_prefix', { hash: `$2b$10$${word(53)}`, algorithm: 'bcrypt' }, '/lookup_prefix', 'required'],
  ['bcrypt that keeps a core busy for seconds', slow('bcrypt', `$2b$14$${word(53)}`), '/hash', 'malformed'],
  ['argon2id that takes gigabytes', slow('argon2id', argon(2 ** 21, 1)), '/hash', 'malformed'],
  ['argon2id that takes minutes', slow('argon2id', argon(2 ** 16, 100)), '/hash', 'malformed'],
  ['argon2i', slow('argon2id', argon(1024, 1).replace('argon2id', 'argon2i')), '/hash', 'malformed'],
  [
    'a prefix that is everybody’s',
    { ...slow('bcrypt', `$2b$10$${word(53)}`), lookup_prefix: 'sk_' },
    '/lookup_prefix',
    'invalid_format',
  ],
  [
    'a prefix with a fast hash',
    { hash: sha256('a'), algorithm: 'sha256', lookup_prefix: 'abcd' },
    '/lookup_prefix',
    'not_needed',
  ],
  ['a hint with a plain key', plain({ hint: 'abcd' }), '/hint', 'not_needed'],
  ['a key that is too short', { key: 'hunter2' }, '/key', 'malformed'],
  ['a key with a space', { key: 'correct horse battery' }, '/key', 'malformed'],
  ['a mistyped key of ours', { key: `kg_live_${word(36)}` }, '/key', 'mistyped'],
  ['what would be taken for a JWT', { key: 'eyJhbGciOiJIUzI1NiJ9.e30.abc' }, '/key', 'token'],
  ['what would be taken for an opaque token', { key: `kgat_${word(43)}` }, '/key', 'token'],
  ['an unknown field', plain({ scope: 'reports:read' }), '/scope', 'unknown_field'],
  ['an unknown scope', plain({ scopes: ['reports:read', 'legacy:all'] }), '/scopes/1', 'unknown_scope'],
  ['no scopes', plain({ scopes: undefined }), '/scopes', 'required'],
  ['no word about its end', plain({ expires_at: undefined }), '/expires_at', 'required'],
  ['an end that is no time', plain({ expires_at: 'never' }), '/expires_at', 'invalid_format'],
  ['a birth in the future', plain({ created_at: '2999-01-01T00:00:00Z' }), '/created_at', 'in_the_future'],
  ['an unknown resource', plain({ resource: 'https://nowhere.example' }), '/resource', 'unknown_resource'],
  ['an unknown tier', plain({ tier: 'platinum' }), '/tier', 'unknown_tier'],
  ['limits that are none', plain({ limits: { hour: -1 } }), '/limits/hour', 'too_small'],
  ['an address that is none', plain({ allowed_ips: ['300.1.1.1'] }), '/allowed_ips/0', 'custom'],
  ['an unknown organization', plain({ organization_id: 'org_nowhere' }), '/organization_id', 'unknown_organization'],
  ['an unknown slug', plain({ organization_slug: 'nowhere' }), '/organization_slug', 'unknown_organization'],
  ['two organizations', plain({ organization_id: 'a', organization_slug: 'b' }), '/organization_slug', 'ambiguous'],
  [
    'an unknown service account',
    plain({ service_account_id: 'svc_nobody' }),
    '/service_account_id',
    'unknown_service_account',
  ],
  ['an unknown person', plain({ user_email: 'nobody@example.com' }), '/user_email', 'unknown_user'],
  ['a NUL in a name that is looked for', plain({ organization_id: 'a\0b' }), '/organization_id', 'invalid_format'],
  ['a NUL in its metadata', plain({ metadata: { a: ['\\\\u0000', '\0'] } }), '/metadata', 'custom'],
  ['half a character in its metadata', plain({ metadata: { '\ud800': 1 } }), '/metadata', 'custom'],
  ['no object', 'a key' as unknown as Record<string, unknown>, '', 'invalid_type'],
]

describe('a row with a fault stops no other, and is told what is wrong', () => {
  test.each(faults)('%s', async (_, row, path, code) => {
    const rows = [plain(), row, plain()]
    const sent = typeof row === 'object' ? rows : undefined
    const { body } = sent ? await stage.bring(rows) : await bringRaw([fullRow(), row, fullRow()])
    expect(body.results.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['created', 'invalid', 'created'])
    expect(body.results[1]).toEqual({
      row: 1,
      outcome: 'invalid',
      errors: expect.arrayContaining([{ path, code, message: expect.any(String) }]),
    })
  })

  test('with every fault at once', async () => {
    const { body } = await stage.bring([
      plain({ scopes: ['nope:a', 'nope:b'], tier: 'nope', organization_slug: 'nope' }),
    ])
    expect(body.results[0].errors.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      '/organization_slug',
      '/scopes/0',
      '/scopes/1',
      '/tier',
    ])
  })

  test('an HMAC without the secret that it was made with', async () => {
    const row = { algorithm: 'hmac-sha256', hash: hmac(drawForeignKey()) }
    const { body } = await stage.bring([row], { hash_keys: [] })
    expect(body.results[0].errors).toMatchObject([{ path: '/algorithm', code: 'hash_key_required' }])
  })

  test('what the owner or the caller may not hold', async () => {
    const person = await addPerson(stage.server)
    await addMember(stage.server, stage.platform.organizationId, person.id)
    const narrow = await addApiKey(stage.server, {
      organizationId: stage.platform.organizationId,
      serviceAccountId: stage.platform.subject,
      scopes: ['keys:write', 'admin:keys:write', 'reports:manage'],
    })
    const body = {
      rows: [
        {
          ...fullRow(),
          scopes: ['reports:manage'],
          organization_id: stage.platform.organizationId,
          user_email: person.email.toUpperCase(),
        },
        { ...fullRow(), scopes: ['reports:manage', 'reports:read'] },
        { ...fullRow(), scopes: ['reports:manage'] },
        { ...fullRow(), scopes: ['admin:keys:write'] },
      ],
      default_organization_id: stage.platform.organizationId,
    }
    const answer = await stage.ask(narrow.key, 'POST', '/v1/keys/import', { body })
    expect(answer.body.results).toMatchObject([
      { outcome: 'invalid', errors: [{ path: '/scopes/0', code: 'beyond_owner' }] },
      { outcome: 'invalid', errors: [{ path: '/scopes/1', code: 'insufficient_scope' }] },
      { outcome: 'created' },
      { outcome: 'invalid', errors: [{ path: '/scopes/0', code: 'beyond_owner' }] },
    ])
  })

  test('more than sixteen slow ones that begin alike, and a ninth length of what they begin with', async () => {
    const many = await Promise.all(
      Array.from({ length: 17 }, async () => ({ ...(await ways.bcrypt(drawForeignKey())), lookup_prefix: 'old-same' })),
    )
    const crowded = await stage.bring(many)
    expect(crowded.body.counts).toMatchObject({ created: 16, invalid: 1 })
    expect(crowded.body.results[16].errors).toMatchObject([{ path: '/lookup_prefix', code: 'too_common' }])
    const lengths = await Promise.all(
      [9, 10, 11, 12, 13, 14, 15, 16].map(async (length) => {
        const key = drawForeignKey()
        return { ...(await ways.bcrypt(key)), lookup_prefix: key.slice(0, length) }
      }),
    )
    const various = await stage.bring(lengths)
    expect(various.body.counts).toMatchObject({ created: 7, invalid: 1 })
    expect(various.body.results[7].errors).toMatchObject([{ path: '/lookup_prefix', code: 'too_many_lengths' }])
  })
})

describe('the whole is refused', () => {
  test.each<[string, object, string, string]>([
    ['without rows', { rows: [] }, '/rows', 'too_small'],
    ['with more than a thousand', { rows: Array.from({ length: 1_001 }, () => ({})) }, '/rows', 'too_big'],
    ['with an unknown field', { rows: [{}], dryrun: true }, '/dryrun', 'unknown_field'],
    [
      'with a secret that is not hex',
      { rows: [{}], hash_keys: [{ algorithm: 'hmac-sha256', encoding: 'hex', key: 'xyz' }] },
      '/hash_keys/0/key',
      'custom',
    ],
    [
      'with an unknown default',
      { rows: [{}], default_organization_id: 'org_x' },
      '/default_organization_id',
      'unknown_organization',
    ],
  ])('%s', async (_, body, path, code) => {
    const answer = await stage.ask(stage.platform.key, 'POST', '/v1/keys/import', { body })
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toEqual([{ path, code, message: expect.any(String) }])
  })

  test('for whoever is no administrator of the platform', async () => {
    const { key } = await addApiKey(stage.server, { scopes: ['keys:write', 'admin:keys:write'] })
    const answer = await stage.ask(key, 'POST', '/v1/keys/import', { body: { rows: [{}] } })
    expect(answer).toMatchObject({ status: 403, body: { code: 'forbidden' } })
  })

  test('past two mebibytes, and not before', async () => {
    const row = { ...fullRow(), metadata: { note: word(15_000) } }
    const body = {
      rows: Array.from({ length: 130 }, () => row),
      default_organization_id: stage.platform.organizationId,
      dry_run: true,
    }
    expect(await stage.ask(stage.platform.key, 'POST', '/v1/keys/import', { body })).toMatchObject({ status: 200 })
    const text = JSON.stringify({ ...body, rows: Array.from({ length: 145 }, () => row) })
    const headers = { 'content-type': 'application/json' }
    const answer = await stage.ask(stage.platform.key, 'POST', '/v1/keys/import', { text, headers })
    expect(answer.status).toBe(413)
  })
})

function fullRow(): Record<string, unknown> {
  return { key: drawApiKey('acme', 'live'), scopes: ['reports:read'], expires_at: null }
}

function bringRaw(rows: unknown[]) {
  const body = { rows, default_organization_id: stage.platform.organizationId }
  return stage.ask(stage.platform.key, 'POST', '/v1/keys/import', { body })
}

function slow(algorithm: string, hash: string): Record<string, unknown> {
  return { algorithm, hash, lookup_prefix: 'old-1234' }
}

function argon(memory: number, passes: number): string {
  const bytes = Buffer.alloc(32).toString('base64').replace('=', '')
  return `$argon2id$v=19$m=${memory},t=${passes},p=1$${bytes}$${bytes}`
}
