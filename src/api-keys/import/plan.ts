/** What becomes of each row: a new key, one that is there already, or a fault. Reads nothing and writes nothing. */
import type { InputFault } from '../../http/problem.ts'
import type { Giver } from '../../rights/may-grant.ts'
import type { Asker } from '../asker.ts'
import { notHoldable, notPassable, unknownFaults, type ScopeCatalogue } from '../scopes.ts'
import { compared, differences, revokedFault } from './compare.ts'
import { accountName, accountOf, digestsOf, ownerOf, type Facts, type FactServices } from './facts.ts'
import { MOST_PREFIX_LENGTHS } from './formats.ts'
import { isPlace } from './place.ts'
import type { PlannedKey, PlannedOwner } from './planned-key.ts'
import type { ImportRow } from './row.ts'

export type Plan =
  | { outcome: 'created'; key: PlannedKey }
  /** It is there, by its id, or another row of the same import makes it. */
  | { outcome: 'unchanged'; same: string | PlannedKey }
  | { outcome: 'invalid' | 'conflict'; errors: InputFault[] }

interface PlanServices extends FactServices {
  catalogue: ScopeCatalogue
  asker: Asker
  /** The request brings secrets that HMACs are made with. */
  hasHashKeys: boolean
}

/** So many with a slow hash are tried for one key, at the most. */
const MOST_OF_A_PREFIX = 16

/** In the order of the rows; what comes first counts. */
export function planRows(services: PlanServices, facts: Facts, rows: readonly ImportRow[]): Plan[] {
  const planned = new Map<string, PlannedKey>()
  const pending = new Map(facts.pending)
  const lengths = new Set(services.formats.prefixLengths)
  return rows.map((row) => {
    const found = validated(services, facts, row)
    if (Array.isArray(found)) return { outcome: 'invalid', errors: found }
    const digests = digestsOf(services, row)
    const wanted = compared(found)
    const present = digests.map((digest) => facts.present.get(digest)).find((key) => key !== undefined)
    if (present) {
      const errors = present.revoked ? [revokedFault] : differences(wanted, present)
      return errors.length > 0 ? { outcome: 'conflict', errors } : { outcome: 'unchanged', same: present.id }
    }
    const [digest = ''] = digests
    const before = planned.get(digest)
    if (before) {
      const errors = differences(wanted, compared(before))
      return errors.length > 0 ? { outcome: 'conflict', errors } : { outcome: 'unchanged', same: before }
    }
    const crowded = crowding(row, pending, lengths)
    if (crowded) return { outcome: 'invalid', errors: [crowded] }
    planned.set(digest, found)
    return { outcome: 'created', key: found }
  })
}

/** With every fault of the row, or as the key that it would be. */
function validated(services: PlanServices, facts: Facts, row: ImportRow): PlannedKey | InputFault[] {
  const { catalogue, asker, hasHashKeys } = services
  const errors: InputFault[] = []
  const place = facts.places.get(row)
  if (!place) throw new Error('a row was not looked up')
  if (!isPlace(place)) errors.push(place)
  if (row.secret.as === 'hmac-sha256' && !hasHashKeys) {
    const message = 'needs the secret that the other system makes its HMACs with: send it in hash_keys of the request'
    errors.push({ path: '/algorithm', code: 'hash_key_required', message })
  }
  if (row.tier !== null && !facts.tiers.has(row.tier)) {
    errors.push({ path: '/tier', code: 'unknown_tier', message: `there is no tier ${row.tier}` })
  }
  const unknown = unknownFaults(catalogue, row)
  errors.push(...unknown)
  const owner = isPlace(place) ? plannedOwner(services, facts, row, place.organizationId) : null
  if (owner && 'fault' in owner) errors.push(owner.fault)
  if (unknown.length === 0) {
    const names = [...row.scopes, ...row.grantableScopes]
    errors.push(
      ...notPassable(catalogue, asker, names).map((name) =>
        scopeFault(row, name, 'insufficient_scope', 'the calling credential has not, and may not give'),
      ),
    )
    if (owner && 'rights' in owner) {
      const beyond = notHoldable(catalogue, owner.rights, row.scopes)
      errors.push(...beyond.map((name) => scopeFault(row, name, 'beyond_owner', 'what the key acts for may not hold')))
    }
  }
  if (errors.length > 0 || !owner || 'fault' in owner || !isPlace(place)) return errors
  return { row, place, owner: owner.owner }
}

function scopeFault(row: ImportRow, name: string, code: string, words: string): InputFault {
  const own = row.scopes.includes(name)
  const path = own ? `/scopes/${row.scopes.indexOf(name)}` : `/grantable_scopes/${row.grantableScopes.indexOf(name)}`
  return { path, code, message: `${words} ${name}` }
}

function plannedOwner(
  { emailKey }: PlanServices,
  facts: Facts,
  row: ImportRow,
  organizationId: string,
): { owner: PlannedOwner; rights: Giver } | { fault: InputFault } {
  const by = row.owner?.by ?? 'service_account'
  const fault = (code: string, message: string) => ({ fault: { path: `/${by}`, code, message } })
  if (by === 'user_id' || by === 'user_email') {
    const person = ownerOf(row, facts.people, emailKey)
    const role = person?.memberships.find((membership) => membership.organizationId === organizationId)?.role
    if (!person || role === undefined) return fault('unknown_user', 'is nobody who belongs to the organization')
    if (person.disabled) return fault('disabled', 'is disabled: it can have no keys')
    if (!person.proven) return fault('not_proven', 'has not proven the e-mail address: until then there are no keys')
    const rights = { administrator: person.administrator, organizationAdmin: role !== 'member' }
    return { owner: { kind: 'user', id: person.id }, rights }
  }
  const name = accountOf(row)
  const account = facts.accounts.get(
    by === 'service_account_id' ? (row.owner?.value ?? '') : accountName(organizationId, name),
  )
  if (by === 'service_account_id' && account?.organizationId !== organizationId) {
    return fault('unknown_service_account', 'is no service account of the organization')
  }
  if (account?.disabled) return fault('disabled', 'is disabled: it can have no keys')
  const rights = { administrator: account?.administrator ?? false, organizationAdmin: true }
  if (!account) return { owner: { kind: 'service_account', id: null, name }, rights }
  return { owner: { kind: 'service_account', id: account.id }, rights }
}

/** Takes a place among those that begin alike, if there is one. */
function crowding({ secret }: ImportRow, pending: Map<string, number>, lengths: Set<number>): InputFault | null {
  if (!('lookupPrefix' in secret)) return null
  const { lookupPrefix } = secret
  const path = '/lookup_prefix'
  const alike = pending.get(lookupPrefix) ?? 0
  if (alike >= MOST_OF_A_PREFIX) {
    const message = `is what ${alike} keys begin with that weren't used yet: give more characters, at most ${MOST_OF_A_PREFIX} may begin alike`
    return { path, code: 'too_common', message }
  }
  if (!lengths.has(lookupPrefix.length) && lengths.size >= MOST_PREFIX_LENGTHS) {
    const message = `is of a ${MOST_PREFIX_LENGTHS + 1}th length: give all of them as many characters`
    return { path, code: 'too_many_lengths', message }
  }
  pending.set(lookupPrefix, alike + 1)
  lengths.add(lookupPrefix.length)
  return null
}
