/** Which scopes a key may be given: such as there are, within the calling credential's and within its owner's rights. */
import { inputProblem } from '../http/api/input.ts'
import { isManagementScope } from '../http/api/scopes.ts'
import { Problem, type InputFault } from '../http/problem.ts'
import { mayPass, ownerMayHold, type Giver, type GrantableBy } from '../rights/may-grant.ts'
import type { KeyOwner } from './api-key.ts'
import type { Asker } from './asker.ts'

/** Every scope and resource that there is, the management API's among them. */
export interface ScopeCatalogue {
  scope(name: string): { grantableBy: GrantableBy } | undefined
  byScope(name: string): { identifier: string } | undefined
  byIdentifier(identifier: string): object | undefined
}

/** Stands for every scope of a registered resource, and for none of the management API. */
const EVERY_SCOPE = '*'

interface GivenScopes {
  scopes: readonly string[]
  grantableScopes?: readonly string[] | undefined
  resource: string | null
  /** Scopes that the key has already: they may have gone since. */
  held?: ReadonlySet<string>
}

/** @throws {Problem} 400 with everything that isn't there, or that isn't the resource's */
export function demandKnown(catalogue: ScopeCatalogue, given: GivenScopes): void {
  const faults = unknownFaults(catalogue, given)
  if (faults.length > 0) throw inputProblem(...faults)
}

/**
 * What isn't there, or isn't the resource's. The management API's scopes may stand beside those of the one resource that
 * a key is for: it may look at itself, and rotate itself.
 */
export function unknownFaults(catalogue: ScopeCatalogue, given: GivenScopes): InputFault[] {
  const { scopes, grantableScopes = [], held } = given
  const unknown = given.resource !== null && !catalogue.byIdentifier(given.resource)
  const resource = unknown ? null : given.resource
  return [
    ...(unknown ? [{ path: '/resource', code: 'unknown_resource', message: 'is the identifier of no resource' }] : []),
    ...scopes.flatMap((name, index) => (held?.has(name) ? [] : faultOf(catalogue, name, `/scopes/${index}`, resource))),
    ...grantableScopes.flatMap((name, index) =>
      name === EVERY_SCOPE ? [] : faultOf(catalogue, name, `/grantable_scopes/${index}`, null),
    ),
  ]
}

function faultOf(catalogue: ScopeCatalogue, name: string, path: string, resource: string | null) {
  const owner = catalogue.byScope(name)
  if (!owner) return [{ path, code: 'unknown_scope', message: `there is no scope ${name}` }]
  if (resource === null || owner.identifier === resource || isManagementScope(name)) return []
  return [{ path, code: 'wrong_resource', message: `${name} is a scope of ${owner.identifier}` }]
}

/**
 * A credential never makes a broader one.
 * @throws {Problem} `insufficient_scope`, with what is missing
 */
export function demandPassable(catalogue: Pick<ScopeCatalogue, 'scope'>, asker: Asker, names: readonly string[]): void {
  const missing = notPassable(catalogue, asker, names)
  if (missing.length === 0) return
  throw new Problem('insufficient_scope', {
    detail: `The calling credential has not these scopes itself, and may not give them: ${missing.join(', ')}.`,
    members: { missing_scopes: missing },
  })
}

/** What the calling credential may not give. */
export function notPassable(
  catalogue: Pick<ScopeCatalogue, 'scope'>,
  { principal }: Asker,
  names: readonly string[],
): string[] {
  if (!principal) return []
  return names.filter(
    (name) => !mayPass({ name, management: isManagementScope(name), grantableBy: gradeOf(catalogue, name) }, principal),
  )
}

/** One that has gone may come back as anything. */
function gradeOf(catalogue: Pick<ScopeCatalogue, 'scope'>, name: string): GrantableBy {
  return name === EVERY_SCOPE ? 'anyone' : (catalogue.scope(name)?.grantableBy ?? 'administrator')
}

/** @throws {Problem} `forbidden`, with what is beyond the owner's rights of this moment */
export function demandHoldable(catalogue: ScopeCatalogue, owner: KeyOwner, names: readonly string[]): void {
  const beyond = notHoldable(catalogue, owner, names)
  if (beyond.length === 0) return
  const grades = new Set(beyond.map((name) => gradeOf(catalogue, name)))
  const wayOut = grades.has('administrator') ? waysOut.administrator : waysOut.org_admin
  throw new Problem('forbidden', {
    detail: `What the key acts for (${owner.id}) may not hold ${beyond.join(', ')}: ${wayOut}`,
  })
}

const waysOut = {
  administrator:
    'that takes an administrator of the platform. Name one as user_id, or name no organization: then the key acts for what your credential acts for.',
  org_admin:
    "that takes an owner or an administrator of the organization, or one of its service accounts. Leave user_id out: then the key acts for the organization's own service account.",
}

/** What is beyond the owner's rights of this moment. */
export function notHoldable(catalogue: ScopeCatalogue, owner: Giver, names: readonly string[]): string[] {
  return names.filter((name) => {
    const scope = catalogue.scope(name)
    return !scope || !ownerMayHold(scope, owner)
  })
}
