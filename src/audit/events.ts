/**
 * The table of everything that is written down when it happens: what it is about, what is noted of it, and whether
 * webhooks tell of it.
 *
 * Failed sign-ins aren't in it: a row for each would let a stranger fill the table, and writing one for known addresses
 * only would tell by its time which ones are known.
 */

export type TargetKind =
  | 'user'
  | 'session'
  | 'invitation'
  | 'organization'
  | 'client'
  | 'resource'
  | 'scope'
  | 'grant'
  | 'token_family'
  | 'signing_key'
  | 'api_key'
  | 'service_account'
  | 'tier'
  | 'policy'
  | 'installation'
  | 'settings'
  | 'webhook'

/** What webhooks and lists of events give of one event. */
type Payload = Readonly<Record<string, unknown>>

interface Row<Data> {
  target: TargetKind
  /** What the webhook says of it; null where none does. */
  payload: ((id: string, data: Data) => Payload) | null
  /** What the webhook may say but the audit trail mustn't: its rows are sealed, so a person's data couldn't be erased from them. */
  personal: readonly (keyof Data & string)[]
}

/** Noted in the audit trail alone. */
function noted<Data extends object>(target: TargetKind): Row<Data> {
  return { target, payload: null, personal: [] }
}

/** Noted, and told by webhooks. */
function told<Data extends object>(
  target: TargetKind,
  payload: (id: string, data: Data) => Payload,
  personal: readonly (keyof Data & string)[] = [],
): Row<Data> {
  return { target, payload, personal }
}

/** How somebody came to an account, a proof, a role or a password. */
export type Route =
  | 'sign_up'
  | 'invitation'
  | 'reset'
  | 'prove_email'
  | 'first_administrator'
  | 'operator'
  | 'import'
  | 'account'
  | 'change_email'

type Nothing = Record<string, never>
type Changed = { changed: readonly string[] }
interface ApiKeyData {
  name: string
  hint: string
  environment: string
  scopes: readonly string[]
  expires_at: string | null
}
interface ApiKeyEnd extends ApiKeyData {
  expires_at: string
  last_used_at: string | null
  /** Where people give it a new secret. */
  rotate_url: string
}
interface LimitData {
  name: string
  hint: string
  /** `hour`, or `organization-hour`. */
  policy: string
  limit: number
  remaining: number
  shared: boolean
}
type Scopes = Readonly<Record<string, readonly string[]>>
interface GrantData {
  user_id: string
  client_id: string
  oidc_scopes: readonly string[]
  /** By the resource's identifier. */
  resource_scopes: Scopes
}

export const events = {
  'user.created': told<{ email: string; name: string | null; by: Route }>(
    'user',
    (id, { email, name }) => ({ id, email, name }),
    ['email', 'name'],
  ),
  // Brought along from another system, with a hash of this kind (or none).
  'user.imported': noted<{ password: string; email_verified: boolean; disabled: boolean }>('user'),
  'user.updated': noted<Changed>('user'),
  'user.email_verified': noted<{ by: Route }>('user'),
  'user.password_changed': noted<{ by: Route }>('user'),
  // At most once an hour for each person, since anybody may ask.
  'user.password_reset_requested': noted<Nothing>('user'),
  'user.email_change_requested': noted<Nothing>('user'),
  'user.administrator_granted': noted<{ by: Route }>('user'),
  'user.administrator_revoked': noted<{ by: Route }>('user'),
  'user.disabled': noted<Nothing>('user'),
  'user.enabled': noted<Nothing>('user'),
  'user.deleted': noted<Nothing>('user'),
  'user.signed_in': noted<{ amr: readonly string[]; known_device: boolean }>('user'),
  'user.signed_out': noted<{ session_id: string }>('user'),
  'session.ended': noted<{ user_id: string; reason: 'replaced' | 'revoked' | 'credentials_changed' | 'disabled' }>(
    'session',
  ),

  'invitation.created': noted<{ role: string | null; administrator: boolean }>('invitation'),
  'organization.created': noted<{ personal: boolean }>('organization'),
  'membership.created': noted<{ user_id: string; role: string }>('organization'),
  'organization.updated': noted<Changed>('organization'),
  'organization.deleted': noted<Nothing>('organization'),
  'membership.updated': noted<{ user_id: string; role: string }>('organization'),
  'membership.deleted': noted<{ user_id: string; role: string }>('organization'),
  'invitation.revoked': noted<Nothing>('invitation'),
  'service_account.created': noted<{ name: string; administrator: boolean }>('service_account'),
  'service_account.updated': noted<Changed>('service_account'),
  'service_account.deleted': noted<{ name: string }>('service_account'),

  'api_key.created': told<ApiKeyData & { owner: string }>('api_key', (id, data) => ({ id, ...data })),
  // Webhooks don't tell of it: a platform that moves in knows, and its listeners would get thousands.
  'api_key.imported': noted<ApiKeyData & { owner: string; algorithm: string }>('api_key'),
  'api_key.updated': noted<Changed>('api_key'),
  'api_key.rotated': told<ApiKeyData & { secret_id: string; old_secret_ends_at: string | null; by_itself: boolean }>(
    'api_key',
    (id, data) => ({ id, ...data }),
  ),
  // `reason`: where it was no person's or program's wish.
  'api_key.revoked': told<{ name: string; hint: string; reason?: 'leaked' }>('api_key', (id, data) => ({
    id,
    ...data,
  })),
  // `dead`: of a secret that was no longer good for anything, whose key goes on.
  'api_key.exposed': told<{ name: string; hint: string; reason: string; dead?: true }>('api_key', (id, data) => ({
    id,
    ...data,
  })),

  // What its end is told of beforehand, and when it has come. Only the most urgent after a pause of the server.
  'api_key.expiring': told<ApiKeyEnd & { days_left: number }>('api_key', (id, data) => ({ id, ...data })),
  'api_key.expired': told<ApiKeyEnd>('api_key', (id, data) => ({ id, ...data })),
  // Of an hour's quota, once in an hour. `shared`: by all keys of the organization.
  'api_key.limit_approaching': told<LimitData>('api_key', (id, data) => ({ id, ...data })),
  'api_key.limit_reached': told<LimitData>('api_key', (id, data) => ({ id, ...data })),
  // In the last quarter of its grace: whoever uses it will stand before a closed door soon.
  'api_key.old_secret_in_use': told<{
    name: string
    hint: string
    secret_id: string
    expires_at: string
    last_used_at: string
  }>('api_key', (id, data) => ({ id, ...data })),

  'tier.created': noted<Nothing>('tier'),
  'tier.updated': noted<Changed>('tier'),
  'tier.deleted': noted<Nothing>('tier'),
  'policy.created': noted<{ resource_id: string }>('policy'),
  'policy.updated': noted<{ resource_id: string }>('policy'),
  'policy.deleted': noted<{ resource_id: string }>('policy'),

  'client.created': told<{ name: string; redirect_uris: readonly string[] }>('client', (id, data) => ({ id, ...data })),
  // Brought along from another system, with a secret as it is, by a hash of this kind, or with none.
  'client.imported': noted<{ secret: string }>('client'),
  'client.updated': noted<Changed>('client'),
  'client.disabled': noted<Nothing>('client'),
  'client.enabled': noted<Nothing>('client'),
  'client.deleted': noted<Nothing>('client'),
  'client.secret_created': noted<{ secret_id: string; hint: string; expires_at: string | null }>('client'),
  'client.secret_expiring': told<{
    name: string
    secret_id: string
    hint: string
    expires_at: string
    days_left: number
  }>('client', (id, data) => ({ id, ...data })),
  'client.secret_deleted': noted<{ secret_id: string; hint: string }>('client'),
  'client.secret_rotated': noted<{ secret_id: string; hint: string; old_secrets_end_at: string | null }>('client'),

  'resource.created': noted<{ identifier: string }>('resource'),
  'resource.updated': noted<Changed>('resource'),
  'resource.deleted': noted<{ identifier: string }>('resource'),
  'scope.created': noted<{ resource_id: string }>('scope'),
  'scope.updated': noted<Changed>('scope'),
  'scope.deleted': noted<{ resource_id: string }>('scope'),

  'grant.created': told<GrantData>('grant', (id, data) => ({ id, ...data })),
  'grant.updated': noted<GrantData>('grant'),
  'grant.revoked': told<{ user_id: string; client_id: string }>('grant', (id, data) => ({ id, ...data })),
  'family.revoked': noted<{
    user_id: string
    client_id: string
    reason: 'replay' | 'revoked' | 'signed_out' | 'disabled' | 'credentials_changed'
  }>('token_family'),

  // Of its address the host alone: some keep a secret in the rest.
  'webhook.created': noted<{ name: string; host: string; types: readonly string[] }>('webhook'),
  'webhook.updated': noted<Changed>('webhook'),
  'webhook.secret_rotated': noted<{ old_secret_ends_at: string | null }>('webhook'),
  'webhook.deleted': noted<{ name: string }>('webhook'),
  'webhook.disabled': told<{ name: string; reason: string }>('webhook', (id, data) => ({ id, ...data })),

  'signing_key.published': noted<{ algorithm: string }>('signing_key'),
  'signing_key.activated': noted<{ algorithm: string }>('signing_key'),
  'signing_key.retired': noted<{ algorithm: string }>('signing_key'),
  'signing_key.gone': noted<{ algorithm: string }>('signing_key'),
  // Names and values: none of them is a secret.
  'settings.changed': noted<{ before: Readonly<Record<string, unknown>>; after: Readonly<Record<string, unknown>> }>(
    'settings',
  ),
  'installation.created': noted<Nothing>('installation'),
  'audit.dropped': noted<{ first_seq: number; last_seq: number; until: number }>('installation'),
  'installation.users_imported': noted<{ created: number; unchanged: number; invalid: number; conflict: number }>(
    'installation',
  ),
  'installation.clients_imported': noted<{ created: number; unchanged: number; invalid: number; conflict: number }>(
    'installation',
  ),
  'installation.api_keys_imported': noted<{ created: number; unchanged: number; invalid: number; conflict: number }>(
    'installation',
  ),
} as const

export type EventType = keyof typeof events
export type EventData<T extends EventType> = (typeof events)[T] extends Row<infer Data> ? Data : never

/** One event, with the data that its type asks for. */
export type Event = {
  [T in EventType]: { type: T; id: string; organizationId?: string | null; data: EventData<T> }
}[EventType]
