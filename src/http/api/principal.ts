/** Who calls the API: what its credential allows at this moment, and for whom it acts. */
import { Problem } from '../problem.ts'
import type { ApiScope } from './scopes.ts'

export interface Principal {
  /** `session`: a person at a page of ours · `operator`: whoever sits at the host, without a credential. */
  readonly kind: 'api_key' | 'access_token' | 'session' | 'operator'
  /** The key's id, the client's, or the session's. */
  readonly credentialId: string
  /** Which secret (sec_…) of the key was sent; null for a token. */
  readonly secretId: string | null
  /** The person (`usr_`), service account (`svc_`) or client that it acts for. */
  readonly subject: string
  readonly subjectKind: 'user' | 'service_account' | 'client' | 'operator'
  /** The key's or the client's own organization; null for a client of none. */
  readonly organizationId: string | null
  /**
   * The organizations that it reaches, with the role it has there. A key reaches its own alone: who administers that one
   * can rotate it, and must not get by it into another. A service account and a client count as an administrator of theirs.
   */
  readonly organizations: ReadonlyMap<string, 'owner' | 'admin' | 'member'>
  /** What it may do now: its own scopes as far as its owner's rights of the moment go. */
  readonly scopes: ReadonlySet<string>
  /** What keys that it makes may have besides its own scopes; `*` stands for those of every registered resource. */
  readonly grantableScopes: ReadonlySet<string>
  /** Is its owner an administrator of the platform now? */
  readonly administrator: boolean
  /** When its person signed in for it; null unless it is a person's access token or session. */
  readonly authenticatedAt: Date | null
  /** What it may still spend, after this call. */
  readonly spending: Spending
}

export interface Spending {
  readonly tier: string
  readonly environment: 'live' | 'test' | '-'
  readonly limits: readonly {
    readonly policy: string
    readonly limit: number
    readonly remaining: number
    /** Seconds until one more unit. */
    readonly resetSeconds: number
  }[]
}

/** How far a call reaches: everything, or the caller's own organizations. */
export type Reach = 'everything' | 'own'

/** @throws {Problem} `insufficient_scope` */
export function reachOf(principal: Principal, scope: ApiScope): Reach {
  if (principal.administrator && principal.scopes.has(`admin:${scope}`)) return 'everything'
  if (principal.scopes.has(scope)) return 'own'
  throw new Problem('insufficient_scope', {
    detail: `This needs a credential with the scope ${scope}.`,
    members: { missing_scopes: [scope] },
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"` },
  })
}

/** @throws {Problem} `forbidden`: what belongs to the platform itself is nobody's own */
export function demandEverything(reach: Reach, scope: ApiScope): void {
  if (reach === 'everything') return
  throw new Problem('forbidden', {
    detail: `Only an administrator of the platform does this, with a credential that has admin:${scope}.`,
  })
}

/** May it see and change what belongs to everybody in this organization, and not just what is its own? */
export function administers(principal: Principal, reach: Reach, organizationId: string): boolean {
  if (reach === 'everything') return true
  const role = principal.organizations.get(organizationId)
  return role === 'owner' || role === 'admin'
}

/** Does this organization exist for it? What does not is answered like what isn't there. */
export function reaches(principal: Principal, reach: Reach, organizationId: string): boolean {
  return reach === 'everything' || principal.organizations.has(organizationId)
}
