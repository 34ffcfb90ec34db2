/** Who may see, make and change which clients over HTTP. */
import { administers, reaches, type Principal, type Reach } from '../http/api/principal.ts'
import { inputProblem } from '../http/api/input.ts'
import { isManagementScope } from '../http/api/scopes.ts'
import { Problem } from '../http/problem.ts'
import type { Tx } from '../platform/database.ts'
import { mayPass } from '../rights/may-grant.ts'
import { administratorFields } from './administrator-attributes.ts'
import type { Client } from './client.ts'
import { scopesOf } from './references.ts'
import type { ClientServices } from './services.ts'

export interface Asking {
  principal: Principal
  reach: Reach
}

/**
 * | client of            | its organization's member | owner or admin               | administrator |
 * | -------------------- | ------------------------- | ---------------------------- | ------------- |
 * | itself registered    | sees it                   | sees and changes it          | everything    |
 * | an administrator     | sees it                   | sees it; its secrets, its end | everything    |
 * | another organization | isn't there               | isn't there                  | everything    |
 *
 * @throws {Problem} `not_found`
 */
export function demandVisible({ principal, reach }: Asking, client: Client | null): Client {
  const organizationId = client?.organizationId ?? null
  const visible = reach === 'everything' || (organizationId !== null && reaches(principal, reach, organizationId))
  if (!client || !visible) throw new Problem('not_found')
  return client
}

/** @throws {Problem} `not_found`, or `forbidden` for a plain member */
export function demandManageable(asking: Asking, client: Client | null): Client {
  const found = demandVisible(asking, client)
  demandManager(asking, found.organizationId)
  return found
}

/** @throws {Problem} also for a client that an administrator registered: what they vouch for stays what it was */
export function demandChangeable(asking: Asking, client: Client): void {
  if (asking.reach === 'everything' || client.origin === 'self_registered') return
  throw new Problem('forbidden', {
    detail: 'An administrator of the platform registered this client: only one can change what is registered.',
  })
}

function demandManager({ principal, reach }: Asking, organizationId: string | null): void {
  if (reach === 'everything') return
  if (organizationId !== null && administers(principal, reach, organizationId)) return
  throw new Problem('forbidden', { detail: "Clients are the business of the organization's owners and admins." })
}

/** @throws {Problem} `forbidden`, naming the first field that only administrators set */
export function demandAdministrator({ reach }: Asking, given: Readonly<Record<string, unknown>>): void {
  if (reach === 'everything') return
  const field = Object.keys(administratorFields).find((name) => given[name] !== undefined)
  if (field === undefined) return
  throw new Problem('forbidden', {
    detail: `Only an administrator of the platform sets ${field}, with a credential that has admin:clients:write.`,
  })
}

/**
 * Whose a new client is: the organization that was named; else the key's or the client's that asks, or the person's own.
 * An administrator's may be nobody's.
 * @throws {Problem} `not_found`, `forbidden`, or 400 where none is meant
 */
export async function organizationOfNew(
  tx: Tx,
  { findPersonalOrganizationId }: Pick<ClientServices, 'findPersonalOrganizationId'>,
  asking: Asking,
  named: string | null | undefined,
): Promise<string | null> {
  const { principal, reach } = asking
  if (reach === 'everything') return named ?? null
  const id = named ?? (await home())
  if (id === null || named === null) {
    throw inputProblem({ path: '/organization_id', code: 'required', message: 'is required' })
  }
  if (!reaches(principal, reach, id)) throw new Problem('not_found', { detail: `There is no organization ${id}.` })
  demandManager(asking, id)
  return id

  async function home(): Promise<string | null> {
    const isPersonsToken = principal.kind === 'access_token' && principal.subjectKind === 'user'
    return isPersonsToken ? findPersonalOrganizationId(tx, principal.subject) : principal.organizationId
  }
}

/**
 * A client that gets tokens by itself is a credential, and none makes a broader one: neither by registering it, nor by
 * changing or enabling it, nor by drawing a secret for it. What keys may have that are made with its tokens counts, too.
 * @throws {Problem} `insufficient_scope`, with what the caller couldn't give
 */
export function demandPassable(
  services: Pick<ClientServices, 'catalogue'>,
  { principal }: Asking,
  client: Pick<Client, 'grantTypes' | 'scope' | 'grantableScopes'>,
): void {
  const { any, missing } = notPassable(services, principal, client)
  if (missing.length === 0) return
  throw new Problem('insufficient_scope', {
    detail: any
      ? 'A client with client_credentials and without a scope of its own could have any: say which, of those that your credential has.'
      : `The calling credential has not these scopes itself, and may not give them: ${missing.join(', ')}.`,
    members: { missing_scopes: missing },
  })
}

/** @returns `any`: the client would get whatever anyone may have · `missing`: what the caller couldn't give */
export function notPassable(
  { catalogue }: Pick<ClientServices, 'catalogue'>,
  principal: Principal,
  client: Pick<Client, 'grantTypes' | 'scope' | 'grantableScopes'>,
): { any: boolean; missing: string[] } {
  const alone = client.grantTypes.includes('client_credentials')
  // Registered for none in particular, it may have whatever anyone may.
  const anyones = () =>
    catalogue
      .all()
      .flatMap(({ scopes }) => scopes.flatMap(({ name, grantableBy }) => (grantableBy === 'anyone' ? [name] : [])))
  const own = !alone ? [] : client.scope === null ? anyones() : scopesOf(client.scope).filter(isResourceScope)
  const missing = [...own, ...client.grantableScopes].filter((name) => {
    // One that has gone may come back as anything; `*` stands for those that there are.
    const grantableBy = name === '*' ? 'anyone' : (catalogue.scope(name)?.grantableBy ?? 'administrator')
    return !mayPass({ name, management: isManagementScope(name), grantableBy }, principal)
  })
  return { any: client.scope === null && own.length > 0, missing }

  /** OpenID Connect's mean nothing without a person. */
  function isResourceScope(name: string): boolean {
    return catalogue.scope(name) !== undefined
  }
}
