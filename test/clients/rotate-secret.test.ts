import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_GRACE_SECONDS, MAX_GRACE_SECONDS } from '../../src/clients/rotate-secret.ts'
import { findClient } from '../../src/clients/store.ts'
import { verifySecret } from '../../src/clients/verify-secret.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'
import { registered } from './registered.ts'
import { rotateSecret } from './rotate.ts'

let bench: FeatureBench
beforeAll(async () => {
  bench = await openFeatureBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

async function rotate(clientId: string, graceSeconds?: number): Promise<string> {
  const rotated = await rotateSecret(bench, clientId, graceSeconds)
  if (rotated.outcome !== 'rotated') throw new Error(rotated.outcome)
  return rotated.secret
}

async function accepts(clientId: string, secret: string | null): Promise<boolean> {
  const client = await findClient(bench.db, clientId)
  return client !== null && verifySecret(client, secret ?? '', bench)
}

test('the old secret works to the end of the grace, the new one on', async () => {
  const { client, secret } = await registered(bench)
  const next = await rotate(client.id)
  expect([await accepts(client.id, secret), await accepts(client.id, next)]).toEqual([true, true])
  bench.clock.advance(DEFAULT_GRACE_SECONDS - 60)
  expect(await accepts(client.id, secret)).toBe(true)
  bench.clock.advance(61)
  expect([await accepts(client.id, secret), await accepts(client.id, next)]).toEqual([false, true])
})

test('without a grace the old secret ends at once', async () => {
  const { client, secret } = await registered(bench)
  const next = await rotate(client.id, 0)
  expect([await accepts(client.id, secret), await accepts(client.id, next)]).toEqual([false, true])
})

test('rotating again within a grace ends the oldest secret at once', async () => {
  const { client, secret } = await registered(bench)
  const second = await rotate(client.id)
  const third = await rotate(client.id)
  const accepted = [await accepts(client.id, secret), await accepts(client.id, second), await accepts(client.id, third)]
  expect(accepted).toEqual([false, true, true])
})

test('rotations at once leave two live secrets', async () => {
  const { client } = await registered(bench)
  const secrets = await Promise.all([1, 2, 3, 4].map(() => rotate(client.id)))
  const accepted = await Promise.all(secrets.map((secret) => accepts(client.id, secret)))
  expect(accepted.filter(Boolean)).toHaveLength(2)
  expect((await findClient(bench.db, client.id))?.secrets).toHaveLength(2)
})

test('a longer grace does not move the end of a secret that is ending already', async () => {
  const { client } = await registered(bench)
  const ending = new Date(bench.clock.now().getTime() + 60_000)
  await bench.db.clientSecret.updateMany({ where: { clientId: client.id }, data: { expiresAt: ending } })
  const rotated = await rotateSecret(bench, client.id, MAX_GRACE_SECONDS)
  expect(rotated).toMatchObject({ outcome: 'rotated', oldSecretEndsAt: ending })
})

test('a rotation is noted without the secret', async () => {
  const { client } = await registered(bench)
  const rotated = await rotateSecret(bench, client.id)
  if (rotated.outcome !== 'rotated') throw new Error(rotated.outcome)
  const rows = await bench.db.auditEvent.findMany({ where: { targetId: client.id, type: 'client.secret_rotated' } })
  expect(rows).toHaveLength(1)
  const noted = { hint: rotated.secret.slice(-4), old_secrets_end_at: rotated.oldSecretEndsAt?.toISOString() }
  expect(rows[0]?.data).toMatchObject(noted)
  expect(JSON.stringify(rows)).not.toContain(rotated.secret)
})

test('nothing is rotated of a client that has no secret', async () => {
  const { client } = await registered(bench, { token_endpoint_auth_method: 'none' })
  expect(await rotateSecret(bench, client.id)).toEqual({ outcome: 'no_secret' })
})
