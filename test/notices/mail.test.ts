/** Who gets which mail, when, and how many: with a real queue, and a clock that is moved by hand. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { record, systemContext } from '../../src/audit/record.ts'
import type { Event } from '../../src/audit/events.ts'
import { createQueueMail } from '../../src/notices/mail/queue.ts'
import { kinds } from '../../src/notices/mail/kinds.ts'
import { setMutedMail } from '../../src/users/muted-mail.ts'
import type { Notices } from '../../src/notices/notices.ts'
import { noticeKinds } from '../../src/http/notice-models.ts'
import { addApiKey, addMember } from '../support/api.ts'
import { addClient, addPerson, type TestPerson } from '../support/server.ts'
import { DAY, HOUR, openNoticeStage, publicUrl, type NoticeStage } from './stage.ts'

let stage: NoticeStage
let node: Notices
let other: Notices
let organizationId = ''
let person: TestPerson
beforeAll(async () => {
  stage = await openNoticeStage()
  node = stage.node()
  other = stage.node()
})
afterAll(() => stage[Symbol.asyncDispose]())
beforeEach(async () => {
  stage.refuse(null)
  await stage.db.queuedMail.deleteMany()
  await stage.db.apiKey.deleteMany()
  ;({ organizationId, person } = await stage.admin())
  stage.mails()
})

async function happen(...events: Event[]): Promise<void> {
  await stage.db.$transaction((tx) => record(tx, events, systemContext(stage.clock)))
}

const created = (name: string): Event => ({
  type: 'api_key.created',
  id: `key_${name}`,
  organizationId,
  data: { name, hint: 'abcd', environment: 'live', scopes: [], expires_at: null, owner: 'svc_1' },
})
const revoked = (name: string): Event => ({
  type: 'api_key.revoked',
  id: `key_${name}`,
  organizationId,
  data: { name, hint: 'abcd' },
})
const reached = (name: string): Event => ({
  type: 'api_key.limit_reached',
  id: `key_${name}`,
  organizationId,
  data: { name, hint: 'abcd', policy: 'hour', limit: 100, remaining: 0, shared: false },
})

async function mailsAfter(seconds: number) {
  await node.run()
  stage.later(seconds)
  await Promise.all([node.run(), other.run()])
  return stage.mails()
}

describe('a mail a day', () => {
  test('tells in one of all that is not urgent, in the morning and not before', async () => {
    await happen(created('one'), created('two'), { ...reached('three'), type: 'api_key.limit_approaching' } as Event)
    expect(await mailsAfter(HOUR)).toEqual([])
    stage.nextDayAt(7)
    await Promise.all([node.run(), other.run()])
    const [mail, ...more] = stage.mails()
    expect(more).toEqual([])
    expect(mail).toMatchObject({ to: person.email, subject: 'Your daily summary from Northwind' })
    for (const form of [mail?.text, mail?.html]) {
      for (const word of ['one', 'two', 'three', 'help@example.com', 'Northwind', `${publicUrl}/account/keys`]) {
        expect(form).toContain(word)
      }
    }
    expect(mail?.unsubscribeUrl).toBe(`${publicUrl}/account/notifications`)
    stage.nextDayAt(7)
    await node.run()
    expect(stage.mails()).toEqual([])
  })

  test('is called by its kind when there is only one, and names twenty of a hundred', async () => {
    await happen(...Array.from({ length: 100 }, (_, number) => created(`no-${number}`)))
    await node.run()
    stage.nextDayAt(7)
    await node.run()
    const [mail] = stage.mails()
    expect(mail?.subject).toBe('A new API key at Northwind')
    expect(mail?.text.match(/“no-/g)).toHaveLength(20)
    expect(mail?.text).toContain('80 more')
  })

  test('says nothing of a key that was revoked or moved on meanwhile', async () => {
    const ends = new Date(stage.clock.now().getTime() + 90 * DAY * 1_000)
    const keys = []
    for (const name of ['stays', 'revoked', 'moved']) {
      keys.push(await addApiKey(stage, { organizationId, name, expiresAt: ends }))
    }
    await node.run()
    stage.later(60.5 * DAY)
    await node.run()
    await stage.db.apiKey.update({ where: { id: keys[1]!.id }, data: { revokedAt: stage.clock.now() } })
    await stage.db.apiKey.update({ where: { id: keys[2]!.id }, data: { expiresAt: new Date(+ends + 1_000) } })
    stage.nextDayAt(7)
    await node.run()
    const mails = stage.mails()
    expect(mails).toHaveLength(1)
    expect(mails[0]?.text).toContain('“stays”')
    expect(mails[0]?.text).not.toMatch(/“revoked”|“moved”/)
  })
})

test('that a client’s secret ends leads to where it gets a new one: a page, for who has it, else the guide', async () => {
  await stage.db.user.update({ where: { id: person.id }, data: { administrator: true } })
  const { person: customer } = await stage.admin()
  const { organizationId: theirs } = await stage.db.membership.findFirstOrThrow({
    where: { userId: customer.id, role: 'admin' },
  })
  const expiresAt = new Date(stage.clock.now().getTime() + DAY * 1_000)
  const [ours] = await Promise.all(
    [organizationId, theirs].map(async (whose) => {
      const { id } = await addClient(stage, {}, { organization_id: whose })
      const [secret] = await stage.db.clientSecret.updateManyAndReturn({ where: { clientId: id }, data: { expiresAt } })
      const data = { name: 'App', secret_id: secret?.id ?? '', hint: 'abcd', expires_at: expiresAt.toISOString() }
      await happen({ type: 'client.secret_expiring', id, organizationId: whose, data: { ...data, days_left: 1 } })
      return id
    }),
  )
  const mails = await mailsAfter(120)
  const textTo = ({ email }: TestPerson) => mails.find(({ to }) => to === email)?.text
  expect(textTo(person)).toContain(`${publicUrl}/admin/clients/${ours}`)
  expect(textTo(customer)).toContain(`${publicUrl}/docs/rotation#secrets-of-clients`)
})

describe('what is urgent', () => {
  test('comes within two minutes, in one mail, however much comes at once', async () => {
    await happen(...Array.from({ length: 50 }, (_, number) => revoked(`no-${number}`)))
    const mails = await mailsAfter(120)
    expect(mails).toHaveLength(1)
    expect(mails[0]?.text).toContain('50 API keys were revoked')
  })

  test('keys that end one after the other in a night are two mails at most, and each is told of', async () => {
    const at = stage.clock.now().getTime()
    for (let i = 0; i < 20; i++) {
      await addApiKey(stage, { organizationId, expiresAt: new Date(at + (40 + i / 80) * DAY * 1_000) })
    }
    await node.run()
    stage.later(38.9 * DAY)
    await node.run()
    stage.later(DAY)
    await node.run()
    stage.mails()
    for (let i = 0; i < 8; i++) {
      stage.later(2 * HOUR)
      await node.run()
    }
    const expired = stage.mails().filter(({ text }) => text.includes('expired'))
    expect(expired.length).toBeLessThanOrEqual(2)
    expect(await stage.db.queuedMail.count({ where: { kind: 'key-expired', sentAt: { not: null } } })).toBe(20)
  })

  test('that a limit was reached is told once a day for each key', async () => {
    await happen(reached('busy'))
    expect(await mailsAfter(120)).toHaveLength(1)
    stage.later(2 * HOUR)
    await happen(reached('busy'))
    expect(await mailsAfter(120)).toEqual([])
    stage.later(DAY)
    await happen(reached('busy'))
    expect(await mailsAfter(2 * HOUR)).toHaveLength(1)
  })
})

describe('who is told', () => {
  test('owners, admins and whom the key acts for; not other members, the disabled or those whose address is unproven', async () => {
    const [owner, member, holder, disabled, unproven] = [
      await addPerson(stage),
      await addPerson(stage),
      await addPerson(stage),
      await addPerson(stage),
      await addPerson(stage),
    ]
    await addMember(stage, organizationId, owner.id, 'owner')
    await addMember(stage, organizationId, member.id)
    await addMember(stage, organizationId, holder.id)
    await addMember(stage, organizationId, disabled.id, 'owner')
    await addMember(stage, organizationId, unproven.id, 'owner')
    await stage.db.user.update({ where: { id: disabled.id }, data: { disabledAt: stage.clock.now() } })
    await stage.db.user.update({ where: { id: unproven.id }, data: { emailVerifiedAt: null } })
    const { id } = await addApiKey(stage, { organizationId, userId: holder.id })
    await happen({ ...revoked('x'), id })
    const mails = await mailsAfter(120)
    expect(mails.map(({ to }) => to).toSorted()).toEqual([owner.email, holder.email, person.email].toSorted())
  })

  test('in their own language', async () => {
    await stage.db.user.update({ where: { id: person.id }, data: { locale: 'de' } })
    await happen(revoked('x'))
    expect((await mailsAfter(120))[0]?.subject).toBe('Ein API-Schlüssel bei Northwind wurde widerrufen')
  })

  test('nobody of what they have switched off, also if that was after it was queued', async () => {
    const context = systemContext(stage.clock)
    await setMutedMail(stage, person.id, ['key_revoked'], context)
    await happen(revoked('x'))
    expect(await mailsAfter(120)).toEqual([])
    await happen(created('y'))
    await node.run()
    await setMutedMail(stage, person.id, ['key_created'], context)
    stage.nextDayAt(7)
    await node.run()
    expect(stage.mails()).toEqual([])
  })

  test('everybody of what is about their safety, whatever they have switched off', async () => {
    const context = systemContext(stage.clock)
    const choices = [...new Set(Object.values(kinds).flatMap(({ choice }) => choice ?? []))]
    await setMutedMail(stage, person.id, choices, context)
    await happen({ ...revoked('x'), type: 'api_key.exposed', data: { name: 'x', hint: 'abcd', reason: 'unencrypted' } })
    const mails = await mailsAfter(120)
    expect(mails.map(({ subject, unsubscribeUrl }) => [subject, unsubscribeUrl])).toEqual([
      ['An API key at Northwind was sent unencrypted', undefined],
    ])
    const always = Object.entries(kinds).filter(([, { choice }]) => choice === null)
    expect(always.map(([kind]) => kind).toSorted()).toEqual(
      ['address-changed', 'key-exposed', 'key-leaked', 'key-rotated', 'new-device', 'password-changed'].toSorted(),
    )
  })

  test('the old address, too, that there is a new one', async () => {
    const queue = createQueueMail(stage.clock)
    const told = { userId: person.id, model: { at: stage.clock.now() } }
    await stage.db.$transaction((tx) => queue(tx, 'address-changed', [told, { ...told, address: 'old@example.com' }]))
    await node.run()
    const mails = stage.mails()
    expect(mails.map(({ to }) => to).toSorted()).toEqual(['old@example.com', person.email].toSorted())
    for (const { subject } of mails) expect(subject).toBe('The email address of your Northwind account was changed')
  })
})

describe('a mail server that is away', () => {
  test('is tried again, later each time, and the mail comes once it is back', async () => {
    stage.refuse({ code: 'ECONNECTION' })
    await happen(revoked('x'))
    expect(await mailsAfter(120)).toEqual([])
    expect(await mailsAfter(HOUR)).toEqual([])
    stage.refuse(null)
    expect(await mailsAfter(DAY)).toHaveLength(1)
  })

  test('is given up after three days, and at once by a refusal for good', async () => {
    stage.refuse({ code: 'ECONNECTION' })
    await happen(revoked('x'))
    for (let i = 0; i < 8; i++) await mailsAfter(12 * HOUR)
    stage.refuse(null)
    expect(await mailsAfter(DAY)).toEqual([])
    stage.refuse({ code: 'EENVELOPE', responseCode: 550, permanent: true })
    await happen(revoked('y'))
    await mailsAfter(120)
    stage.refuse(null)
    expect(await mailsAfter(DAY)).toEqual([])
  })

  test('a node that dies while it sends leaves the mail to another', async () => {
    await happen(revoked('x'))
    await node.run()
    stage.later(120)
    const leaseEndsAt = new Date(stage.clock.now().getTime() + 180_000)
    await stage.db.queuedMail.updateMany({ data: { mailId: 'of one that died', leaseEndsAt } })
    await node.run()
    expect(stage.mails()).toEqual([])
    stage.later(200)
    await other.run()
    expect(stage.mails()).toHaveLength(1)
  })
})

test('every kind that goes with others has its place in their order', () => {
  const bundled = Object.entries(kinds).filter(([, { bundle }]) => bundle !== 'alone')
  expect([...noticeKinds].toSorted()).toEqual(bundled.map(([kind]) => kind).toSorted())
})
