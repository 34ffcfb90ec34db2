/** The first administrator's API key: made once, while there has never been an administrator. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { drawApiKey } from '../../src/api-keys/format.ts'
import { ensureBootstrapKey, type BootstrapKey } from '../../src/api-keys/bootstrap-key.ts'
import { managementScopes } from '../../src/http/api/scopes.ts'
import { createPlatformOrganization } from '../../src/organizations/platform.ts'
import { ensureServiceAccount } from '../../src/organizations/service-accounts/ensure.ts'
import { ensureInstallation } from '../../src/platform/installation.ts'
import { caller } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'
import { startTestServer } from '../support/server.ts'

const anyText: unknown = expect.any(String)
const like = (pattern: RegExp): unknown => expect.stringMatching(pattern)

let bench: FeatureBench
beforeEach(async () => {
  bench = await openFeatureBench()
  await ensureInstallation(bench.db, bench.secrets)
})
afterEach(() => bench[Symbol.asyncDispose]())

const ensure = (adminKey: string | null = null, administratorMade = false): Promise<BootstrapKey> =>
  ensureBootstrapKey(
    {
      ...bench,
      settings: { prefix: 'kg', maxLifetimeSeconds: 100 * 86_400 },
      organizations: { ensureServiceAccount, create: createPlatformOrganization },
      platformName: 'Northwind',
    },
    { adminKey, administratorMade },
  )

describe('the first start', () => {
  test('makes a key with every right, for a service account of the platform’s own organization', async () => {
    const made = await ensure()
    expect(made).toEqual({ outcome: 'created', keyId: anyText, secret: like(/^kg_live_/) })
    const key = await bench.db.apiKey.findFirstOrThrow({ include: { organization: true, serviceAccount: true } })
    expect(key).toMatchObject({
      name: 'bootstrap',
      scopes: managementScopes.map(({ name }) => name),
      grantableScopes: ['*'],
      tier: 'enterprise',
      organization: { name: 'Northwind' },
      serviceAccount: { name: 'bootstrap', administrator: true },
    })
    // Within the ceiling.
    const days = ((key.expiresAt?.getTime() ?? 0) - bench.clock.now().getTime()) / 86_400_000
    expect(Math.round(days)).toBe(100)
  })

  test('of several nodes at once makes one', async () => {
    const made = await Promise.all([ensure(), ensure(), ensure()])
    expect(made.map(({ outcome }) => outcome).toSorted()).toEqual(['created', 'nothing_to_do', 'nothing_to_do'])
    expect(await bench.db.apiKey.count()).toBe(1)
  })

  test('takes a chosen key, does not tell it, and lets every node forget that it was unknown', async () => {
    const changes = await bench.openChanges()
    const heard: string[] = []
    changes.on('api_key', (id) => heard.push(id))
    const chosen = drawApiKey('acme', 'live')
    const made = await ensure(chosen)
    expect(made).toEqual({ outcome: 'created', keyId: anyText, secret: null })
    const secret = await bench.db.apiKeySecret.findFirstOrThrow()
    expect(Buffer.from(secret.digest)).toEqual(bench.secrets.digest('api_key', chosen))
    await expect.poll(() => heard).toEqual([secret.apiKeyId])
  })

  test('of a drawn key notifies nobody', async () => {
    const changes = await bench.openChanges()
    const heard: string[] = []
    changes.on('api_key', (id) => heard.push(id))
    await ensure()
    await bench.db.$executeRaw`SELECT pg_notify('keygrant_changes', '{"kind":"api_key","id":"last"}')`
    await expect.poll(() => heard).toEqual(['last'])
  })

  test('makes it also if the same start has made the administrator', async () => {
    await bench.db.installation.updateMany({ data: { firstAdministratorAt: bench.clock.now() } })
    expect((await ensure(null, true)).outcome).toBe('created')
  })
})

test.for([
  ['that is no key', 'swordfish', /well-formed/],
  ['that was mistyped', `${drawApiKey('kg', 'live').slice(0, -1)}!`, /well-formed/],
  ['of the test environment', drawApiKey('kg', 'test'), /live/],
  ['that nobody drew', 'kg_live_0000000000000000000000000000002C8GjS', /regular/],
] as const)('a chosen key %s is refused', async ([, key, fault]) => {
  expect(await ensure(key)).toEqual({ outcome: 'refused', fault: like(fault) })
  expect(await bench.db.apiKey.count()).toBe(0)
})

describe('a later start', () => {
  test.for([
    ['it was revoked', (now: Date) => bench.db.apiKey.updateMany({ data: { revokedAt: now } })],
    ['it and all that it belonged to was deleted', () => bench.db.organization.deleteMany()],
  ] as const)('makes no other one, though %s', async ([, act]) => {
    await ensure()
    await act(bench.clock.now())
    const keys = await bench.db.apiKey.count()
    expect(await ensure(drawApiKey('kg', 'live'))).toEqual({ outcome: 'nothing_to_do' })
    expect(await bench.db.apiKey.count()).toBe(keys)
  })

  test('makes none once there has been an administrator', async () => {
    await bench.db.installation.updateMany({ data: { firstAdministratorAt: bench.clock.now() } })
    expect(await ensure()).toEqual({ outcome: 'nothing_to_do' })
  })
})

test('a server’s first start has it ready, with or without a first person; its second start has none', async () => {
  for (const settings of [
    {},
    { BOOTSTRAP_ADMIN_EMAIL: 'ann@example.com', BOOTSTRAP_ADMIN_PASSWORD: 'three blue ducks swim' },
  ]) {
    await using database = await createTestDatabase()
    const key = await firstKey(database.url, settings)
    await using second = await startTestServer({ databaseUrl: database.url, settings })
    expect(second.running.bootstrapKey).toEqual({ outcome: 'nothing_to_do' })
    const reply = await caller(second, key)('GET', '/v1/keys')
    expect([reply.status, (reply.body as { data: unknown[] }).data.length]).toEqual([200, 1])
  }
})

async function firstKey(databaseUrl: string, settings: Record<string, string>): Promise<string> {
  await using first = await startTestServer({ databaseUrl, settings })
  const made = first.running.bootstrapKey
  return made.outcome === 'created' ? (made.secret ?? '') : ''
}
