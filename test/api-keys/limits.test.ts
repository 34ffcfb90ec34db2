/** How many keys an organization may have, and make in an hour. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openKeyStage, type Customer, type KeyStage } from './stage.ts'

const MOST = 8
const AN_HOUR = 6

let stage: KeyStage
beforeAll(async () => {
  stage = await openKeyStage({ KEYS_PER_ORGANIZATION: String(MOST), KEY_CREATIONS_PER_HOUR: String(AN_HOUR) })
})
afterAll(() => stage[Symbol.asyncDispose]())

const body = { name: 'A key', scopes: ['reports:read'] }
const issue = ({ keys }: Customer) => stage.ask(keys.owner.key, 'POST', '/v1/keys', body)
/** Without the four keys that every customer of the stage has, which were made long ago then. */
const emptied = async () => {
  const customer = await stage.customer()
  const longAgo = new Date(stage.clock.now().getTime() - 2 * 3_600_000)
  await stage.server.db.apiKey.updateMany({ where: { organizationId: customer.id }, data: { createdAt: longAgo } })
  return customer
}

test('an organization has no more live keys than it may, however many are asked for at once', async () => {
  const customer = await emptied()
  const organization_id = customer.id
  const replies = await Promise.all(
    Array.from({ length: 8 }, () => stage.manage('POST', '', { ...body, organization_id })),
  )
  const codes = replies.map(({ status, body: { code } }) => [status, code ?? 'issued'])
  expect(codes.filter(([, code]) => code === 'issued')).toHaveLength(MOST - 4)
  expect(codes.filter(([, code]) => code !== 'issued')).toEqual(
    Array.from({ length: 4 }, () => [409, 'key_limit_reached']),
  )

  // Neither revoked nor expired ones count, but one that is renewed does.
  await stage.manage('DELETE', `/${replies.find(({ status }) => status === 201)?.body.id ?? ''}`)
  const brief = await stage.manage('POST', '', { ...body, organization_id, expires_in: 60 })
  expect(brief.status).toBe(201)
  stage.clock.advance(61)
  expect((await stage.manage('POST', '', { ...body, organization_id })).status).toBe(201)
  expect((await stage.manage('POST', `/${brief.body.id}/rotate`, {})).body.code).toBe('key_limit_reached')
})

test('an organization makes no more keys in an hour than it may, and is told when it may again', async () => {
  const customer = await emptied()
  for (let made = 0; made < AN_HOUR; made++) {
    const { status, body: key } = await issue(customer)
    expect(status).toBe(201)
    await stage.manage('DELETE', `/${key.id}`)
    stage.clock.advance(60)
  }
  const refused = await issue(customer)
  expect([refused.status, refused.body.code]).toEqual([429, 'too_many_requests'])
  const seconds = Number(refused.headers['retry-after'])
  expect(seconds).toBeGreaterThan(3600 - AN_HOUR * 60 - 30)
  stage.clock.advance(seconds - 30)
  expect((await issue(customer)).status).toBe(429)
  stage.clock.advance(30)
  expect((await issue(customer)).status).toBe(201)
})

test('an administrator who moves customers is not held up by the hour', async () => {
  const customer = await emptied()
  for (let made = 0; made < AN_HOUR + 2; made++) {
    const { status, body: key } = await stage.manage('POST', '', { ...body, organization_id: customer.id })
    expect(status).toBe(201)
    await stage.manage('DELETE', `/${key.id}`)
  }
})
