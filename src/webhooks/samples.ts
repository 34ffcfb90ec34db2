/** One event of each type as webhooks tell it, for whoever writes a receiver and doesn't want to wait for one to happen. */
import { events, type EventData, type EventType } from '../audit/events.ts'

const idOf = (prefix: string) => `${prefix}_01kexamp1e0000000000000001`

const key = {
  name: 'Nightly export',
  hint: 'k3y9',
  environment: 'live',
  scopes: ['reports:read'],
  expires_at: '2026-03-02T12:00:00.000Z',
}
const end = {
  ...key,
  last_used_at: '2026-01-31T11:58:00.000Z',
  rotate_url: `https://auth.example.com/account/keys/${idOf('key')}`,
}
const { name, hint } = key
const hourly = { name, hint, policy: 'hour', limit: 1_000, shared: false }

/** What is noted of each; `id`: what it is about. */
const samples: { readonly [Type in EventType]?: { id: string; data: EventData<Type> } } = {
  'user.created': { id: idOf('usr'), data: { email: 'ann@example.com', name: 'Ann Example', by: 'sign_up' } },
  'api_key.created': { id: idOf('key'), data: { ...key, owner: idOf('svc') } },
  'api_key.rotated': {
    id: idOf('key'),
    data: { ...key, secret_id: idOf('sec'), old_secret_ends_at: '2026-02-01T12:00:00.000Z', by_itself: true },
  },
  'api_key.expiring': { id: idOf('key'), data: { ...end, days_left: 30 } },
  'api_key.expired': { id: idOf('key'), data: end },
  'api_key.revoked': { id: idOf('key'), data: { name, hint } },
  'api_key.exposed': { id: idOf('key'), data: { name, hint, reason: 'leaked' } },
  'api_key.limit_approaching': { id: idOf('key'), data: { ...hourly, remaining: 200 } },
  'api_key.limit_reached': { id: idOf('key'), data: { ...hourly, remaining: 0 } },
  'api_key.old_secret_in_use': {
    id: idOf('key'),
    data: {
      name,
      hint,
      secret_id: idOf('sec'),
      expires_at: '2026-02-01T12:00:00.000Z',
      last_used_at: '2026-01-31T11:58:00.000Z',
    },
  },
  'client.created': {
    id: idOf('cli'),
    data: { name: 'Acme Dashboard', redirect_uris: ['https://app.acme.example/callback'] },
  },
  'client.secret_expiring': {
    id: idOf('cli'),
    data: {
      name: 'Acme Dashboard',
      secret_id: idOf('sec'),
      hint: 'x7b2',
      expires_at: '2026-03-02T12:00:00.000Z',
      days_left: 30,
    },
  },
  'grant.created': {
    id: idOf('grt'),
    data: {
      user_id: idOf('usr'),
      client_id: idOf('cli'),
      oidc_scopes: ['openid', 'email'],
      resource_scopes: { 'https://api.example.com/reports': ['reports:read'] },
    },
  },
  'grant.revoked': { id: idOf('grt'), data: { user_id: idOf('usr'), client_id: idOf('cli') } },
  'webhook.disabled': { id: idOf('whk'), data: { name: 'Our chat', reason: 'failing' } },
}

export const sampleTypes: readonly string[] = Object.keys(samples)

/** @returns what the webhook's `data` is; null for a type that there is no sample of */
export function sampleOf(type: string): Readonly<Record<string, unknown>> | null {
  const sample = samples[type as EventType]
  const payload = events[type as EventType]?.payload as ((id: string, data: object) => Record<string, unknown>) | null
  return sample && payload ? payload(sample.id, sample.data) : null
}
