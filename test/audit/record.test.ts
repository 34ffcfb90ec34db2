import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { events, type Event, type EventType } from '../../src/audit/events.ts'
import { actingAs, auditRows, record, systemContext } from '../../src/audit/record.ts'
import { openPeople, type People } from '../users/people.ts'

const clock = { now: () => new Date('2026-03-01T12:00:00.000Z') }
const context = { ...systemContext(clock), requestId: 'request-1', address: '192.0.2.1' }
const created: Event = {
  type: 'user.created',
  id: 'usr_1',
  organizationId: 'org_1',
  data: { email: 'ann@example.com', name: 'Ann', by: 'sign_up' },
}

describe('the rows of an event', () => {
  test('say what, about what, by whom, when and in which request', () => {
    const { audit } = auditRows(
      { type: 'grant.revoked', id: 'grt_1', data: { user_id: 'usr_1', client_id: 'cli_1' } },
      context,
    )
    expect(audit).toEqual({
      id: expect.stringMatching(/^aud_/) as string,
      at: clock.now(),
      type: 'grant.revoked',
      actor_kind: 'system',
      actor_id: null,
      organization_id: null,
      target_kind: 'grant',
      target_id: 'grt_1',
      request_id: 'request-1',
      address: '192.0.2.1',
      data: { user_id: 'usr_1', client_id: 'cli_1' },
    })
  })

  test('leave a person’s data out of the audit trail, whose rows can’t be erased, and give it to webhooks', () => {
    const { audit, outbox } = auditRows(created, context)
    expect(JSON.stringify(audit)).not.toMatch(/ann/i)
    expect(outbox).toMatchObject({
      type: 'user.created',
      organization_id: 'org_1',
      data: { email: 'ann@example.com', name: 'Ann' },
    })
  })

  test('tell webhooks of their own types only', () => {
    const told = (Object.keys(events) as EventType[]).filter((type) => events[type].payload !== null)
    expect(told.toSorted()).toEqual([
      'api_key.created',
      'api_key.expired',
      'api_key.expiring',
      'api_key.exposed',
      'api_key.limit_approaching',
      'api_key.limit_reached',
      'api_key.old_secret_in_use',
      'api_key.revoked',
      'api_key.rotated',
      'client.created',
      'client.secret_expiring',
      'grant.created',
      'grant.revoked',
      'user.created',
      'webhook.disabled',
    ])
  })

  test('name the person who acted by a mailed link', () => {
    const visitor = { ...context, actor: { kind: 'user', id: null } } as const
    expect(actingAs(visitor, 'usr_1').actor).toEqual({ kind: 'user', id: 'usr_1' })
    expect(actingAs(context, 'usr_1').actor).toEqual({ kind: 'system', id: null })
  })
})

describe('recording', () => {
  let people: People
  beforeAll(async () => {
    people = await openPeople()
  })
  afterAll(() => people[Symbol.asyncDispose]())

  test('commits with the change, or not at all', async () => {
    const failing = people.db.$transaction(async (tx) => {
      await record(tx, created, context)
      throw new Error('the change failed')
    })
    await expect(failing).rejects.toThrow('the change failed')
    expect(await people.db.auditEvent.count()).toBe(0)
    expect(await people.db.outboxEvent.count()).toBe(0)

    await people.db.$transaction((tx) => record(tx, [created, created], context))
    expect(await people.db.auditEvent.count()).toBe(2)
    expect(await people.db.outboxEvent.count()).toBe(2)
  })
})
