/** Keys of other systems at a check: each kind of hash, what is none of them, and what strangers try. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hash as bcrypt } from '@node-rs/bcrypt'
import { drawApiKey } from '../../src/api-keys/format.ts'
import {
  drawForeignKey,
  hmac,
  openImportStage,
  sha256,
  ways,
  type ImportStage,
  type Way,
} from '../api-keys/import-stage.ts'
import { introspect, revoke } from '../oidc/endpoints.ts'
import { addApiKey, addOrganization } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { addClient } from '../support/server.ts'

let stage: ImportStage

beforeAll(async () => {
  stage = await openImportStage()
})
afterAll(async () => stage[Symbol.asyncDispose]())

/** Brings one, and waits until every look-up knows. */
async function bringOne(key: string, row: Record<string, unknown>): Promise<string> {
  const { body } = await stage.bring([row])
  expect(body.results[0]).toMatchObject({ outcome: 'created' })
  await eventually(async () => expect((await stage.check(key)).headers['x-auth-code']).toBe('valid'))
  return body.results[0].id
}

const codeOf = async (key: string, query = '') => (await stage.check(key, query)).headers['x-auth-code']

/** What a server asks of the database for keys, by what the statements are for. */
function looksSince(): { fast: number; slow: number } {
  const texts = stage.server.statements()
  return {
    fast: texts.filter((text) => text.includes('FROM unnest($1::bytea[])')).length,
    slow: texts.filter((text) => text.includes('WHERE lookup_prefix = ANY')).length,
  }
}

test('before any was imported, what is not of our own format is malformed, and nobody looks for it', async () => {
  looksSince()
  for (const key of [drawForeignKey(), 'sk_live_4eC39HqLyjWDarjtT1zdp7dc', 'SG.abc.def', 'x']) {
    expect(await codeOf(key)).toBe('malformed')
  }
  expect(looksSince()).toEqual({ fast: 0, slow: 0 })
})

describe.each(Object.keys(ways) as Way[])('a key that came %s', (way) => {
  const key = drawForeignKey()
  let id: string
  beforeAll(async () => {
    id = await bringOne(key, await ways[way](key))
  })

  test('passes as it is, and another one that only begins like it does not', async () => {
    expect((await stage.check(key, '?scope=reports:read')).headers).toMatchObject({
      'x-auth-code': 'valid',
      'x-auth-key-id': id,
      'x-auth-organization': stage.platform.organizationId,
    })
    expect(await codeOf(key, '?scope=reports:write')).toBe('insufficient_scope')
    for (const wrong of [`${key}0`, key.slice(0, -1), key.toUpperCase()]) expect(await codeOf(wrong)).toBe('not_found')
  })

  test('is asked of memory when it comes again', async () => {
    await stage.check(key)
    looksSince()
    expect(await codeOf(key)).toBe('valid')
    expect(looksSince()).toEqual({ fast: 0, slow: 0 })
  })

  test('is verified, tells of itself, rotates to one of ours, and is revoked at once', async () => {
    const verified = await stage.ask(stage.platform.key, 'POST', '/v1/keys/verify', { body: { credential: key } })
    expect(verified.body).toMatchObject({ valid: true, code: 'valid', key_id: id, expires_at: null })
    const self = await stage.ask(key, 'GET', '/v1/keys/self')
    expect(self.body).toMatchObject({ id, status: 'active', secrets: [{ expires_at: null }] })
    const rotated = await stage.ask(stage.platform.key, 'POST', `/v1/keys/${id}/rotate`)
    expect(rotated.body).toMatchObject({ id, secret: expect.stringMatching(/^kg_live_/) })
    expect(await codeOf(rotated.body.secret)).toBe('valid')
    expect(await codeOf(key)).toBe('valid')
    await stage.ask(stage.platform.key, 'POST', `/v1/keys/${id}/revoke`)
    await eventually(async () => expect(await codeOf(key)).toBe('revoked'))
    expect(await codeOf(rotated.body.secret)).toBe('revoked')
  })
})

describe('a key with a slow hash', () => {
  test('is one of ours after its first use: nothing is left of the hash, and nothing is computed again', async () => {
    const key = drawForeignKey('slow1')
    const id = await bringOne(key, await ways.bcrypt(key))
    const [secret] = await stage.server.db.apiKeySecret.findMany({ where: { apiKeyId: id } })
    expect(secret).toMatchObject({ importedAs: null, importedHash: null, lookupPrefix: null })
    expect(Buffer.from(secret!.digest)).toEqual(stage.server.secrets.digest('api_key', key))
    const before = stage.server.running.inside.holders.figures.computations
    await stage.ask(stage.platform.key, 'PATCH', `/v1/keys/${id}`, { body: { name: 'Renamed' } })
    await eventually(async () => expect((await stage.ask(key, 'GET', '/v1/keys/self')).body.name).toBe('Renamed'))
    expect(stage.server.running.inside.holders.figures.computations).toBe(before)
  })

  test('is computed once, however many first uses come at the same moment', async () => {
    const key = drawForeignKey('slow2')
    const { body } = await stage.bring([await ways.argon2id(key)])
    const before = stage.server.running.inside.holders.figures.computations
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.check(key)))
    expect(answers.map(({ headers }) => headers['x-auth-key-id'])).toEqual(Array(20).fill(body.results[0].id))
    expect(stage.server.running.inside.holders.figures.computations - before).toBe(1)
  })

  test('is the right one of several that begin alike', async () => {
    const keys = Array.from({ length: 4 }, () => drawForeignKey('alike'))
    const rows = await Promise.all(keys.map(async (key) => ({ ...(await ways.bcrypt(key)), lookup_prefix: 'alike' })))
    const { body } = await stage.bring(rows)
    for (const [index, key] of keys.entries()) {
      const { id } = body.results[index]
      await eventually(async () => expect((await stage.check(key)).headers['x-auth-key-id']).toBe(id))
    }
  })

  test('is refused if it is longer than bcrypt looks, since any other that begins so would pass', async () => {
    const key = `long-${'a'.repeat(90)}`
    const shorter = key.slice(0, 72)
    await stage.bring([{ algorithm: 'bcrypt', hash: await bcrypt(key, 4), lookup_prefix: 'long-a' }])
    await bringOne(shorter, { algorithm: 'bcrypt', hash: await bcrypt(shorter, 4), lookup_prefix: 'long-a' })
    expect(await codeOf(key)).toBe('not_found')
    expect(await codeOf(`${key.slice(0, -1)}b`)).toBe('not_found')
  })

  test('may be tried by who knows how it begins, from everywhere, and a bounded number of hashes is computed', async () => {
    const used = drawForeignKey('flood')
    await stage.bring([{ ...(await ways.bcrypt(drawForeignKey('flood'))), lookup_prefix: 'flood-' }])
    await bringOne(used, { ...(await ways.bcrypt(used)), lookup_prefix: 'flood-' })
    const ours = await addApiKey(stage.server)
    const before = stage.server.running.inside.holders.figures.computations
    const tryFrom = async (address: number) => {
      const headers = { 'x-forwarded-for': `198.51.${100 + (address % 100)}.${address % 250}` }
      return (await stage.ask(drawForeignKey('flood'), 'GET', '/v1/check', { headers })).headers['x-auth-code']
    }
    const codes: (string | undefined)[] = []
    for (let address = 0; address < 150; address += 10) {
      codes.push(...(await Promise.all(Array.from({ length: 10 }, (_, index) => tryFrom(address + index)))))
    }
    expect(new Set(codes)).toEqual(new Set(['not_found', 'rate_limited']))
    expect(codes.at(-1)).toBe('rate_limited')
    const computed = stage.server.running.inside.holders.figures.computations - before
    expect(computed).toBe(codes.filter((code) => code === 'not_found').length)
    expect(computed).toBeLessThan(100)
    expect(await codeOf(ours.key)).toBe('valid')
  })
})

describe('a hash is no key', () => {
  test.each(['sha256', 'hmac-sha256', 'bcrypt', 'argon2id'] as Way[])(
    'not what is kept of one that came %s',
    async (way) => {
      const key = drawForeignKey()
      const row = await ways[way](key)
      await stage.bring([row])
      const hash = String(row['hash'])
      const bytes = Buffer.from(hash, 'hex')
      for (const text of [hash, hash.toUpperCase(), bytes.toString('base64'), bytes.toString('base64url')]) {
        if (text.length >= 8) expect(await codeOf(text)).toBe('not_found')
      }
      expect(await codeOf(key)).toBe('valid')
    },
  )

  test('nor the hash of a key of ours, or of one that came in plain text', async () => {
    const ours = await addApiKey(stage.server)
    const plain = drawForeignKey()
    await bringOne(plain, { key: plain })
    for (const text of [sha256(ours.key), hmac(ours.key), sha256(plain), hmac(plain)]) {
      expect(await codeOf(text)).toBe('not_found')
    }
  })
})

describe('keys of our own format', () => {
  test('are asked for in one statement, and a mistyped one in none, whatever was imported', async () => {
    const { key } = await addApiKey(stage.server)
    looksSince()
    expect(await codeOf(key)).toBe('valid')
    expect(looksSince()).toEqual({ fast: 1, slow: 0 })
    expect(await codeOf(key.slice(0, -1) + (key.endsWith('0') ? '1' : '0'))).toBe('malformed')
    expect(looksSince()).toEqual({ fast: 0, slow: 0 })
  })

  test('come from another installation by their hash', async () => {
    const key = drawApiKey('acme', 'live')
    await bringOne(key, { algorithm: 'hmac-sha256', hash: hmac(key) })
    await remembersAsUnknown(drawApiKey('acme', 'live'))
  })

  test('may look like one of ours by another prefix, with a checksum of its own', async () => {
    const key = `sk_live_${'a1B2'.repeat(9)}`
    await bringOne(key, { key })
    expect(await codeOf(`kg_live_${'a1B2'.repeat(9)}`)).toBe('malformed')
  })
})

test('one that was tried before it was imported passes within a second after it', async () => {
  const key = drawForeignKey()
  expect(await codeOf(key)).toBe('not_found')
  await bringOne(key, ways.sha256(key))
})

test('one that was tried in vain is not looked for again', async () => {
  await remembersAsUnknown(drawForeignKey())
})

/** The notice of an import before may come in between, and then it is looked for once more. */
async function remembersAsUnknown(key: string): Promise<void> {
  expect(await codeOf(key)).toBe('not_found')
  await eventually(async () => {
    looksSince()
    expect(await codeOf(key)).toBe('not_found')
    expect(looksSince()).toEqual({ fast: 0, slow: 0 })
  })
}

test('points make no token of a key, and what begins like a JWT is one', async () => {
  const key = `SG.${createHash('sha256').update('a').digest('base64url')}.tail`
  await bringOne(key, { key })
  expect(await codeOf('eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.AAAA')).toBe('not_found')
  expect(await codeOf('eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0')).toBe('malformed')
})

test.each(['short', `x${'y'.repeat(512)}`, 'with space-and-more', 'ключ-ключ-ключ'])(
  'malformed: %s',
  async (credential) => {
    const answer = await stage.ask(stage.platform.key, 'POST', '/v1/keys/verify', { body: { credential } })
    expect(answer.body).toMatchObject({ valid: false, code: 'malformed' })
  },
)

test('a client learns of one as of a key of ours, and ends one of its own organization', async () => {
  const { organizationId } = stage.platform
  const machine = { grant_types: ['client_credentials'], redirect_uris: undefined }
  const client = await addClient(stage.server, machine, { organization_id: organizationId })
  const key = drawForeignKey()
  const id = await bringOne(key, ways.sha256(key))
  const asked = await introspect(stage.server, client, key)
  expect(asked.body).toMatchObject({ active: true, key_id: id, scope: 'reports:read', organization_id: organizationId })
  expect((await introspect(stage.server, client, drawForeignKey())).body).toEqual({ active: false })
  await revoke(stage.server, client, key)
  await eventually(async () => expect(await codeOf(key)).toBe('revoked'))
})

test('its calls are counted for it and its customer, and its last use is noted', async () => {
  const key = drawForeignKey()
  const organizationId = await addOrganization(stage.server, { externalId: 'cus_counted' })
  const id = await bringOne(key, { key, external_id: 'cus_counted' })
  const answer = await stage.check(key)
  expect(answer.headers).toMatchObject({ 'x-auth-organization': organizationId, 'x-auth-external-id': 'cus_counted' })
  await stage.server.running.inside.usage.flush()
  const [usage] = await stage.server.db.usage.findMany({ where: { credentialId: id } })
  expect(usage).toMatchObject({ organizationId, kind: 'key' })
  const [secret] = await stage.server.db.apiKeySecret.findMany({ where: { apiKeyId: id } })
  expect(secret!.lastUsedAt).not.toBeNull()
})
