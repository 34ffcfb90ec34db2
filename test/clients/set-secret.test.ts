import { afterAll, beforeAll, expect, test } from 'vitest'
import { DEFAULT_GRACE_SECONDS } from '../../src/clients/rotate-secret.ts'
import { chosenSecret, setClientSecret, type SecretSet } from '../../src/clients/set-secret.ts'
import { findClient, lockClient } from '../../src/clients/store.ts'
import { verifySecret } from '../../src/clients/verify-secret.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'
import { registered } from './registered.ts'

let bench: FeatureBench
beforeAll(async () => {
  bench = await openFeatureBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const drawn = () => crypto.randomUUID() + crypto.randomUUID()

function set(clientId: string, secret: string): Promise<SecretSet> {
  return bench.db.$transaction(async (tx) => {
    const client = await lockClient(tx, clientId)
    if (!client) throw new Error('there is no such client')
    return setClientSecret(tx, bench, client, secret, bench.context)
  })
}

async function accepts(clientId: string, secret: string | null): Promise<boolean> {
  const client = await findClient(bench.db, clientId)
  return client !== null && verifySecret(client, secret ?? '', bench)
}

test('a chosen secret works on without an end, and the one before for another day', async () => {
  const { client, secret } = await registered(bench)
  const chosen = drawn()
  expect(await set(client.id, chosen)).toBe('changed')
  expect([await accepts(client.id, secret), await accepts(client.id, chosen)]).toEqual([true, true])
  bench.clock.advance(DEFAULT_GRACE_SECONDS + 1)
  expect([await accepts(client.id, secret), await accepts(client.id, chosen)]).toEqual([false, true])
})

test('the same again changes nothing, and is noted nowhere', async () => {
  const { client } = await registered(bench)
  const chosen = drawn()
  await set(client.id, chosen)
  const events = await bench.eventsOf(client.id)
  bench.clock.advance(60)
  expect(await set(client.id, chosen)).toBe('unchanged')
  expect(await bench.eventsOf(client.id)).toEqual(events)
})

test('one that was on its way out is the secret again, and what replaced it has an end', async () => {
  const { client } = await registered(bench)
  const [first, second] = [drawn(), drawn()]
  await set(client.id, first)
  await set(client.id, second)
  expect(await set(client.id, first)).toBe('changed')
  bench.clock.advance(DEFAULT_GRACE_SECONDS + 1)
  expect([await accepts(client.id, first), await accepts(client.id, second)]).toEqual([true, false])
})

test('another client’s secret is refused: whoever knows one would know both', async () => {
  const [one, other] = [await registered(bench), await registered(bench)]
  expect(await set(other.client.id, one.secret ?? '')).toBe('taken')
  expect(await accepts(other.client.id, one.secret)).toBe(false)
})

test('however often it changes within a day, a client keeps ten live ones at most', async () => {
  const { client } = await registered(bench)
  for (let turn = 0; turn < 12; turn++) await set(client.id, drawn())
  expect((await findClient(bench.db, client.id))?.secrets).toHaveLength(10)
})

test.for([
  ['that is short', 'x1b2c3d4e5f6g7h8'],
  ['of one letter', 'a'.repeat(40)],
  ['with a space', 'correct horse battery staple correct horse'],
  ['with a letter outside of ASCII', 'ä1b2c3d4e5f6g7h8ä1b2c3d4e5f6g7h8ä'],
])('a secret %s is none', ([, secret]) => {
  expect(chosenSecret.safeParse(secret).success).toBe(false)
})
