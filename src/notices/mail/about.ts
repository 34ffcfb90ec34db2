/** From events to what people are told of them by mail, and who. */
import { day } from '../../platform/clock.ts'
import { dueAt, kinds, LIFE_SECONDS, type BundledKind, type MailKind } from './kinds.ts'
import type { QueuedItem, WaitingEvent } from './store.ts'

interface Told {
  kind: BundledKind
  /** By this it is known that somebody was told of the same; the event's id unless said. */
  about?: string
  data: Record<string, unknown>
  to: Pick<QueuedItem, 'organization_id' | 'key_id' | 'user_id' | 'administrators'>
}

const nobody = { organization_id: null, key_id: null, user_id: null, administrators: false }

/** Null: nobody is written to. */
export function itemOf(event: WaitingEvent, now: Date): QueuedItem | null {
  const rule = (rules as Record<string, ((event: WaitingEvent, now: Date) => Told | null) | undefined>)[event.type]
  const told = rule?.(event, now)
  return told ? toItem({ about: event.id, ...told }, now) : null
}

function toItem({ kind, about, data, to }: Told & { about: string }, now: Date): QueuedItem {
  const { bundle, choice, paceSeconds } = kinds[kind satisfies MailKind]
  const due = dueAt(bundle, now)
  return {
    ...to,
    kind,
    bundle,
    choice,
    about,
    data,
    due_at: due,
    dies_at: new Date(due.getTime() + LIFE_SECONDS * 1000),
    pace_seconds: paceSeconds,
  }
}

const rules = {
  'api_key.created': (event) => ofKey('key-created', event),
  'api_key.expiring': (event) => ofKey(Number(event.data.days_left) <= 1 ? 'key-expiring-soon' : 'key-expiring', event),
  'api_key.expired': (event) => ofKey('key-expired', event),
  // What was found in public has a mail of its own, which says where, and what became of the key.
  'api_key.exposed': (event) => (event.data.reason === 'leaked' ? null : ofKey('key-exposed', event)),
  'api_key.revoked': (event) => (event.data.reason === 'leaked' ? null : ofKey('key-revoked', event)),
  'api_key.limit_approaching': (event) => ofKey('limit-approaching', event),
  'api_key.limit_reached': (event, now) => ({
    ...ofKey('limit-reached', event),
    // Once a day for each key, however often its hours end early.
    about: `limit-reached ${text(event.data.id)} ${Math.floor(now.getTime() / (day * 1000))}`,
  }),
  // Whoever did it by hand knows.
  'webhook.disabled': ({ organizationId, data }) =>
    data.reason === 'by_hand'
      ? null
      : { kind: 'webhook-disabled', data: pick(data, 'id', 'name', 'reason'), to: toAdmins(organizationId) },
  'client.secret_expiring': ({ organizationId, data }) => ({
    kind: Number(data.days_left) <= 1 ? 'client-secret-expiring-soon' : 'client-secret-expiring',
    data: pick(data, 'id', 'name', 'hint', 'secret_id', 'expires_at'),
    to: toAdmins(organizationId),
  }),
  'grant.created': ({ data }) => ({
    kind: 'app-connected',
    data: pick(data, 'id', 'client_id'),
    to: { ...nobody, user_id: text(data.user_id) },
  }),
} satisfies Record<string, (event: WaitingEvent, now: Date) => Told | null>

/** To those who administer the organization, and to the person whom the key acts for. */
function ofKey(kind: BundledKind, { organizationId, data }: WaitingEvent): Told {
  return {
    kind,
    data: pick(data, 'id', 'name', 'hint', 'expires_at', 'limit', 'remaining', 'shared'),
    to: { ...nobody, organization_id: organizationId, key_id: text(data.id) },
  }
}

/** What belongs to no organization is the platform's. */
const toAdmins = (organizationId: string | null): Told['to'] => ({
  ...nobody,
  organization_id: organizationId,
  administrators: organizationId === null,
})

function pick(data: Record<string, unknown>, ...names: string[]): Record<string, unknown> {
  return Object.fromEntries(names.flatMap((name) => (name in data ? [[name, data[name]]] : [])))
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
