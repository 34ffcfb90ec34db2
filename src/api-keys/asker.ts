/** Who wants something of API keys: a caller of the API as far as it reaches, or the operator on the host. */
import { administers, reaches, type Principal, type Reach } from '../http/api/principal.ts'
import { Problem } from '../http/problem.ts'
import type { ApiKey, KeyOwner } from './api-key.ts'
import type { Sight } from './list/store.ts'
import type { Environment } from './format.ts'

export interface Asker {
  /** Null: the operator, who may give any scope. */
  principal: Principal | null
  reach: Reach
}

export const operator: Asker = { principal: null, reach: 'everything' }

/** An administrator sees every key, an organization's administrator all of it, and a member what acts for themselves. */
export function maySee({ principal, reach }: Asker, { organizationId, owner }: ApiKey): boolean {
  if (!principal) return true
  if (administers(principal, reach, organizationId)) return true
  return reaches(principal, reach, organizationId) && actsFor(principal, owner.id)
}

/** The same for whole lists. */
export function sightOf({ principal, reach }: Asker): Sight {
  if (!principal || reach === 'everything') return null
  const organizations = [...principal.organizations.keys()]
  return {
    all: organizations.filter((id) => administers(principal, reach, id)),
    own: organizations.filter((id) => !administers(principal, reach, id)),
    userId: principal.subjectKind === 'user' ? principal.subject : '',
  }
}

/** Is it this key itself that calls? */
export function isItself({ principal }: Asker, key: Pick<ApiKey, 'id'>): boolean {
  return principal?.kind === 'api_key' && principal.credentialId === key.id
}

/** @throws {Problem} `forbidden`, naming the first of the fields that only administrators of the platform set */
export function demandAdministrator({ reach }: Asker, given: Readonly<Record<string, unknown>>): void {
  const field = Object.entries(given).find(([, value]) => value !== undefined)?.[0]
  if (field === undefined || reach === 'everything') return
  throw new Problem('forbidden', {
    detail: `Only an administrator of the platform sets ${field}, with a credential that has admin:keys:write.`,
  })
}

/**
 * Whoever is given a secret acts, wherever it is shown, as what the key acts for: as an administrator of the platform none but
 * such, whatever the key's scopes, since what stands behind a gateway may go by `x-auth-subject` alone.
 * @throws {Problem} `forbidden`, with this detail
 */
export function demandAsHigh(
  { principal, reach }: Asker,
  owner: Pick<KeyOwner, 'id' | 'administrator'>,
  detail: string,
): void {
  if (!principal || reach === 'everything' || principal.administrator) return
  if (owner.administrator && owner.id !== principal.subject) throw new Problem('forbidden', { detail })
}

/** What works where tests are must not make what works where it counts. @throws {Problem} `forbidden` */
export function demandEnvironment({ principal, reach }: Asker, environment: Environment): void {
  if (reach === 'everything' || environment === 'test' || principal?.spending.environment !== 'test') return
  throw new Problem('forbidden', {
    detail: 'A key of the test environment makes and renews keys of the test environment alone.',
  })
}

const actsFor = (principal: Principal, ownerId: string): boolean => principal.subject === ownerId
