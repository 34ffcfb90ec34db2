import { expect, test } from 'vitest'
import { addApiKey, caller } from '../support/api.ts'
import { startRedis } from '../support/redis.ts'
import { startTestServer } from '../support/server.ts'

test('two nodes with one Redis let a key have its hour once, and not once each', async () => {
  await using redis = await startRedis()
  await using a = await startTestServer({ settings: { REDIS_URL: redis.url } })
  await using b = await startTestServer({
    settings: { REDIS_URL: redis.url },
    ...(a.config.database.url !== null && { databaseUrl: a.config.database.url }),
  })
  const { key } = await addApiKey(a, { scopes: ['tiers:read'], limits: { hour: 10 } })
  const statuses: number[] = []
  for (let turn = 0; turn < 8; turn++) {
    for (const node of [a, b]) statuses.push((await caller(node, key)('GET', '/v1/tiers/free')).status)
  }
  expect(statuses.filter((status) => status === 200)).toHaveLength(10)
  expect(statuses.slice(10)).toEqual([429, 429, 429, 429, 429, 429])
})
