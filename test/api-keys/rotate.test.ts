/** Rotation: one id, at most two live secrets, a grace that ends, and no gain for a thief. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemContext } from '../../src/audit/record.ts'
import { exposeApiKey } from '../../src/api-keys/expose.ts'
import { addApiKey } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { startSmtpCatcher, type SmtpCatcher } from '../support/smtp.ts'
import { openKeyStage, type Body, type KeyStage } from './stage.ts'

let stage: KeyStage
let mails: SmtpCatcher
beforeAll(async () => {
  mails = await startSmtpCatcher()
  stage = await openKeyStage({ SMTP_URL: mails.url })
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await mails[Symbol.asyncDispose]()
})

const day = 86_400
const rotate = async (id: string, body: object = {}) => {
  const reply = await stage.manage('POST', `/${id}/rotate`, body)
  return { ...reply, secret: reply.body.secret ?? '' }
}
/** Once every node has heard of it. */
const stands = (secret: string, status: number) =>
  eventually(async () => expect(await stage.standing(secret)).toBe(status))
const secondsLeft = (at: string | undefined) =>
  Math.round((new Date(at ?? 0).getTime() - stage.clock.now().getTime()) / 1000)
const ends = ({ secrets }: Body) => secrets.map(({ expires_at }) => secondsLeft(expires_at))

describe('a rotation', () => {
  test('gives the key a new secret under the same id, and leaves the old one a day', async () => {
    const key = await stage.issue()
    const { status, body, secret } = await rotate(key.id)
    expect([status, body.id, secret === key.secret]).toEqual([200, key.id, false])
    expect(body.secrets.map(({ hint }) => hint)).toEqual([secret.slice(-4), key.secret.slice(-4)])
    expect(ends(body)[1]).toBeCloseTo(day, -1)
    expect([await stage.standing(secret), await stage.standing(key.secret)]).toEqual([200, 200])
    expect(await stage.eventsOf(key.id)).toEqual(['api_key.created', 'api_key.rotated'])
  })

  test('with a grace of 0 ends the old secret at once', async () => {
    const key = await stage.issue()
    expect(await stage.standing(key.secret)).toBe(200)
    const { body, secret } = await rotate(key.id, { grace_period: 0 })
    expect(body.secrets).toHaveLength(1)
    await stands(key.secret, 401)
    expect(await stage.standing(secret)).toBe(200)
  })

  test('never lets the old secret live past its own end', async () => {
    const key = await stage.issue({ expires_in: 600 })
    const { body } = await rotate(key.id, { grace_period: 7 * day })
    expect(ends(body)[1]).toBeLessThanOrEqual(600)
  })

  test('gives a full life: the last one’s, or what is said', async () => {
    const key = await stage.issue({ expires_in: 30 * day })
    stage.clock.advance(10 * day)
    expect(secondsLeft((await rotate(key.id)).body.expires_at)).toBeCloseTo(30 * day, -1)
    expect(secondsLeft((await rotate(key.id, { expires_in: 5 * day })).body.expires_at)).toBeCloseTo(5 * day, -1)
    expect(secondsLeft((await rotate(key.id)).body.expires_at)).toBeCloseTo(5 * day, -1)
  })

  test('within a grace ends the oldest secret at once, so that two live at most', async () => {
    const key = await stage.issue()
    const second = await rotate(key.id)
    const third = await rotate(key.id)
    expect(third.body.secrets.map(({ hint }) => hint)).toEqual(
      [third.secret, second.secret].map((one) => one.slice(-4)),
    )
    await stands(key.secret, 401)
    expect([await stage.standing(second.secret), await stage.standing(third.secret)]).toEqual([200, 200])
  })

  test('at the same time as others leaves two live secrets, and one current', async () => {
    const key = await stage.issue()
    const all = await Promise.all(Array.from({ length: 6 }, () => rotate(key.id)))
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200))
    const rows = await stage.server.db.apiKeySecret.findMany({ where: { apiKeyId: key.id } })
    const live = rows.filter(({ expiresAt }) => expiresAt && expiresAt > stage.clock.now())
    expect([rows.length, live.length]).toEqual([7, 2])
    expect(rows.filter(({ supersededAt }) => supersededAt === null)).toHaveLength(1)
  })

  test('narrows scopes for both secrets at once, and never widens them', async () => {
    const key = await stage.issue()
    const wider = await rotate(key.id, { scopes: ['reports:read', 'exports:run'] })
    expect([wider.status, wider.body.errors?.[0]]).toMatchObject([400, { path: '/scopes/1', code: 'not_narrower' }])
    const { body } = await rotate(key.id, { scopes: ['reports:read'] })
    expect(body.scopes).toEqual(['reports:read'])
    expect((await stage.ask(key.secret, 'GET', '/v1/keys/self')).body.scopes).toEqual(['reports:read'])
  })

  test('renews an expired key', async () => {
    const key = await stage.issue({ expires_in: 60 })
    stage.clock.advance(61)
    expect(await stage.standing(key.secret)).toBe(401)
    const { status, body, secret } = await rotate(key.id)
    expect([status, body.status, body.secrets.length]).toEqual([200, 'active', 1])
    expect(await stage.standing(secret)).toBe(200)
    expect(await stage.standing(key.secret)).toBe(401)
  })

  test.for([
    ['revoked', (id: string) => stage.manage('POST', `/${id}/revoke`)],
    ['disabled', (id: string) => stage.manage('PATCH', `/${id}`, { disabled: true })],
  ] as const)('of a %s key is refused', async ([, act]) => {
    const { id } = await stage.issue()
    await act(id)
    const { status, body } = await rotate(id)
    expect([status, body.code]).toEqual([409, 'conflict'])
  })

  test.for([-1, 7 * day + 1, 1.5])('takes no grace of %d', async (grace_period) => {
    const { status } = await rotate((await stage.issue()).id, { grace_period })
    expect(status).toBe(400)
  })

  test('is refused to whoever could not give the key’s scopes: it would be given a broader secret', async () => {
    const customer = await stage.customer(['keys:write'])
    const key = await stage.issue({ organization_id: customer.id })
    const refused = await stage.ask(customer.keys.owner.key, 'POST', `/v1/keys/${key.id}/rotate`, {})
    expect([refused.status, refused.body.missing_scopes]).toEqual([403, ['reports:read', 'reports:write']])
    const narrowed = await stage.ask(customer.keys.owner.key, 'POST', `/v1/keys/${key.id}/rotate`, { scopes: [] })
    expect(narrowed.status).toBe(200)
  })
})

describe('a repeated request', () => {
  const once = { headers: { 'idempotency-key': 'the-same-one' } }

  test('to issue gives the same secret, until it is rotated away or revoked', async () => {
    const customer = await stage.customer()
    const body = { name: 'A key', scopes: ['reports:read'] }
    const issue = (headers: Record<string, string>) =>
      stage.ask(customer.keys.owner.key, 'POST', '/v1/keys', body, { headers })
    const first = await issue({ 'idempotency-key': 'rotated' })
    const again = await issue({ 'idempotency-key': 'rotated' })
    expect([again.body, again.headers['idempotency-replayed']]).toEqual([first.body, 'true'])
    await rotate(first.body.id)
    const { status, body: later } = await issue({ 'idempotency-key': 'rotated' })
    expect([status, later]).toEqual([201, { ...first.body, secret: null }])

    const other = await issue({ 'idempotency-key': 'revoked' })
    await stage.manage('DELETE', `/${other.body.id}`)
    expect((await issue({ 'idempotency-key': 'revoked' })).body.secret).toBeNull()
  })

  test('to rotate rotates once, and gives the same secret until the next rotation erases it', async () => {
    const { id } = await stage.issue()
    const send = () => stage.manage('POST', `/${id}/rotate`, {}, once)
    const [first, again] = [await send(), await send()]
    expect(again.body.secret).toBe(first.body.secret)
    expect(await stage.server.db.apiKeySecret.count({ where: { apiKeyId: id } })).toBe(2)
    await rotate(id)
    expect((await send()).body.secret).toBeNull()
    const rows = await stage.server.db.idempotencyRecord.findMany({
      where: { secretId: first.body.secrets[0]?.id ?? '' },
    })
    expect(rows.map(({ secretSealed }) => secretSealed)).toEqual([null])
  })
})

describe('a key that rotates itself', () => {
  const itself = (secret: string, body: object = {}) => stage.ask(secret, 'POST', '/v1/keys/self/rotate', body)
  const scopes = ['keys:rotate', 'reports:read']

  test('has a new secret, and its owner is told at once', async () => {
    const customer = await stage.customer()
    const { email } = customer.people.member
    const { status, body } = await itself(customer.keys.member.key)
    expect([status, body.id]).toEqual([200, customer.keys.member.id])
    expect(await stage.standing(body.secret ?? '')).toBe(200)
    await stage.server.running.inside.notices.run()
    const mail = await mails.next(({ to }) => to.includes(email))
    expect(mail.subject).toContain('renewed itself')
    expect(mail.text).toContain(body.secret?.slice(-4))
    expect(mail.text + mail.html).not.toContain(body.secret)
    const event = await stage.server.db.auditEvent.findFirst({ where: { targetId: body.id, type: 'api_key.rotated' } })
    expect(event?.data).toMatchObject({ by_itself: true })
  })

  test('of a service account: the organization’s owners are told', async () => {
    const customer = await stage.customer()
    await itself(customer.keys.service.key)
    const mail = await mails.next(({ to }) => to.includes(customer.people.owner.email))
    expect(mail.to).toEqual([customer.people.owner.email])
    expect(mails.messages.some(({ to }) => to.includes(customer.people.admin.email))).toBe(false)
  })

  test('needs the scope for it', async () => {
    const { secret } = await stage.issue()
    const { status, body } = await itself(secret)
    expect([status, body.code]).toEqual([403, 'insufficient_scope'])
  })

  test('leaves the old secret an hour at least', async () => {
    const { secret } = await stage.issue({ scopes })
    expect((await itself(secret, { grace_period: 3599 })).status).toBe(400)
    expect((await itself(secret, { grace_period: 3600 })).status).toBe(200)
  })

  test('gets no longer life than it had', async () => {
    const { secret } = await stage.issue({ scopes, expires_in: 10 * day })
    const { status, body } = await itself(secret, { expires_in: 10 * day + 1 })
    expect([status, body.errors?.[0]?.path]).toEqual([400, '/expires_in'])
    expect(secondsLeft((await itself(secret)).body.expires_at)).toBeCloseTo(10 * day, -1)
  })

  test('does so with its newest secret only', async () => {
    const { secret } = await stage.issue({ scopes })
    const { body } = await itself(secret)
    const { status, body: refused } = await itself(secret)
    expect([status, refused.code, refused.detail]).toEqual([403, 'forbidden', expect.stringContaining('grace')])
    expect((await itself(body.secret ?? '')).status).toBe(200)
  })

  test.for(['leaked', 'unencrypted'] as const)('does not while it is exposed (%s), by any route', async (reason) => {
    const { server, clock } = stage
    const { key, id } = await addApiKey(server, { scopes: [...scopes, 'keys:write'] })
    await exposeApiKey(server.db, { keyId: id, reason }, systemContext(clock))
    for (const path of ['self', id]) {
      const { status, body } = await stage.ask(key, 'POST', `/v1/keys/${path}/rotate`, {})
      expect([status, body.code]).toEqual([403, 'forbidden'])
    }
  })
})
