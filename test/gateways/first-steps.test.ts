/** What the console offers a new platform to copy, in a real nginx: only known callers get in, and nobody says who they are. */
import { expect, test } from 'vitest'
import { nginxServer } from '../../src/pages/desk/first-steps/examples.ts'
import { openEchoApi } from '../support/echo-api.ts'
import { realGateways } from '../support/gateway.ts'
import { send } from './client.ts'
import { valuesOf, verified } from './real.ts'
import { openGatewayStage } from './stage.ts'

test('the first gateway lets in who may come, tells the API all of who it is, and keeps the credential', async () => {
  await using stage = await openGatewayStage(403)
  await using api = await openEchoApi()
  const copied = nginxServer('http://127.0.0.1:3001', { name: 'reports' }).replace(
    'listen 8080',
    'listen 127.0.0.1:8080',
  )
  await using gateway = await realGateways.nginx({ check: stage.port, api: api.port }, { 'keygrant.conf': copied })
  const { reader, stranger } = stage.keys

  expect((await send(gateway.port, '/reports/1')).status).toBe(401)
  expect((await send(gateway.port, '/reports/1', { key: stranger.key })).status).toBe(403)
  expect((await send(gateway.port, '/elsewhere', { key: reader.key })).status).toBe(403)
  expect(api.received()).toEqual([])

  const forged = verified.map((name) => [name, 'forged'] as const)
  expect((await send(gateway.port, '/reports/1', { key: reader.key, headers: forged })).status).toBe(200)
  const [got] = api.received()
  if (!got) throw new Error('nothing came through')
  for (const name of verified) expect(valuesOf(got, name), name).toHaveLength(1)
  expect(valuesOf(got, 'x-auth-subject')).toEqual([reader.subject])
  expect(valuesOf(got, 'x-auth-scope')).toEqual(['reports:read exports:run'])
  expect(JSON.stringify(got)).not.toContain(reader.key)
  expect(JSON.stringify(got)).not.toContain('forged')
})
