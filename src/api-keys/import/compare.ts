/** Whether a key that is there already is what a row says: the same file, sent again, changes nothing. */
import { isDeepStrictEqual } from 'node:util'
import type { InputFault } from '../../http/problem.ts'
import type { PlannedKey } from './planned-key.ts'
import type { PresentKey } from './store.ts'

/** By the names of a row's fields. What a row leaves open, `undefined`, is as it is. */
export type Comparable = Readonly<Record<(typeof fields)[number], unknown>>

const fields = [
  'organization_id',
  'external_id',
  'service_account_id',
  'user_id',
  'name',
  'environment',
  'scopes',
  'grantable_scopes',
  'resource',
  'tier',
  'limits',
  'allowed_ips',
  'metadata',
  'expires_at',
  'disabled',
] as const

/** What the row asks for. */
export function compared({ row, place, owner }: PlannedKey): Comparable {
  const named = row.owner !== null
  const isUser = owner.kind === 'user'
  return {
    organization_id: place.organizationId,
    external_id: place.externalId,
    service_account_id: named ? (isUser ? null : owner.id === null ? `new ${owner.name}` : owner.id) : undefined,
    user_id: named ? (isUser ? owner.id : null) : undefined,
    name: row.name,
    environment: row.environment,
    scopes: row.scopes.toSorted(),
    grantable_scopes: row.grantableScopes.toSorted(),
    resource: row.resource,
    tier: row.tier,
    limits: asKept(row.limits),
    allowed_ips: row.allowedIps.toSorted(),
    metadata: asKept(row.metadata),
    expires_at: row.expiresAt?.getTime() ?? null,
    disabled: row.disabled,
  }
}

/** JSON knows no minus zero. */
const asKept = (value: object | null): unknown => JSON.parse(JSON.stringify(value))

function presentOne(key: PresentKey): Comparable {
  return {
    organization_id: key.organizationId,
    external_id: key.externalId,
    service_account_id: key.serviceAccountId,
    user_id: key.userId,
    name: key.name,
    environment: key.environment,
    scopes: key.scopes.toSorted(),
    grantable_scopes: key.grantableScopes.toSorted(),
    resource: key.resource,
    tier: key.tier,
    limits: key.limits,
    allowed_ips: key.allowedIps.toSorted(),
    metadata: key.metadata,
    expires_at: key.expiresAt?.getTime() ?? null,
    disabled: key.disabled,
  }
}

/** By the names of the fields alone: what the other one has in them may be another customer's. */
export function differences(wanted: Comparable, present: PresentKey | Comparable): InputFault[] {
  const other = 'digest' in present ? presentOne(present) : present
  return fields.flatMap((field) =>
    wanted[field] === undefined || other[field] === undefined || isDeepStrictEqual(wanted[field], other[field])
      ? []
      : [{ path: `/${field}`, code: 'differs', message: 'is another one in the key that is there' }],
  )
}

export const revokedFault: InputFault = { path: '', code: 'revoked', message: 'is there, and was revoked for good' }
