/** From a credential to its holder: memory first, then the primary database, and never a guess. */
import { hash, randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { Pool } from 'pg'
import { lookUpApiKeys, type FoundKey } from '../api-keys/look-up.ts'
import type { CounterRow } from '../limits/limits.ts'
import { lookUpJwt, lookUpOpaqueToken, type FoundToken } from '../oidc/look-up-tokens.ts'
import { verifyAccessToken, type AccessTokenClaims, type PublicJwks } from '../oidc/verify-access-token.ts'
import type { Changes } from '../platform/changes.ts'
import type { Clock } from '../platform/clock.ts'
import { isDatabaseUnavailable } from '../platform/database-unavailable.ts'
import type { Log } from '../platform/log.ts'
import type { Secrets } from '../platform/secrets.ts'

import { addressList } from './address-list.ts'
import { createAuthorityCache } from './authority-cache.ts'
import { isWellFormed, kindOf, type Credential } from './credential.ts'
import { createFailures } from './failures.ts'
import { createGenerations } from './generations.ts'
import type { Derive, Holder } from './holder.ts'

/** Why there is no holder. */
export interface Unresolved {
  readonly code: 'malformed' | 'not_found' | 'expired' | 'proof_required' | 'unavailable' | 'rate_limited'
  readonly retryAfterSeconds: number
}

export interface Holders {
  /** At once where memory knows. Never rejects: an outage is `unavailable`. */
  find(credential: Credential, address: string): Holder | Unresolved | Promise<Holder | Unresolved>
  /** For metrics. */
  readonly figures: {
    readonly held: number
    readonly looks: { readonly statements: number; readonly credentials: number }
    readonly hits: number
  }
}

export interface HoldersOptions {
  lookUps: Pool
  secrets: Secrets
  clock: Clock
  /** Milliseconds that never go back. */
  now: () => number
  changes: Pick<Changes, 'on' | 'onGap' | 'state' | 'silenceMs'>
  log: Log
  issuer: string
  publicJwks: () => PublicJwks
  derive: Derive
  restore: (rows: readonly CounterRow[]) => void
  capacity?: number
}

/** Some 2 KB each. */
const CAPACITY = 20_000
const UNKNOWN_CAPACITY = 40_000

/** What is held may be used until this long after the last sign that changes are heard. */
const TRUSTED_SILENCE_MS = 5_000

/** How soon to ask again after an outage, in seconds. */
const OUTAGE_RETRY_SECONDS = 2

const malformed: Unresolved = { code: 'malformed', retryAfterSeconds: 0 }
const notFound: Unresolved = { code: 'not_found', retryAfterSeconds: 0 }
const expired: Unresolved = { code: 'expired', retryAfterSeconds: 0 }
const proofRequired: Unresolved = { code: 'proof_required', retryAfterSeconds: 0 }
const unavailable: Unresolved = { code: 'unavailable', retryAfterSeconds: OUTAGE_RETRY_SECONDS }

/** A token whose signature was found right, and by which keys. */
interface VerifiedJwt {
  claims: AccessTokenClaims
  keys: PublicJwks
}

export function isHolder(found: Holder | Unresolved): found is Holder {
  return 'standing' in found
}

export function createHolders(options: HoldersOptions): Holders {
  const { lookUps: pool, secrets, clock, now, changes, log, issuer, publicJwks, derive, restore } = options
  const { capacity = CAPACITY } = options
  const failures = createFailures(now)
  // Memory holds digests: not the secrets, and not the keyed hashes that the database has, which take three times as long.
  const salt = randomUUID()
  /** When tokens ended that came too late, by digest: to check a signature again costs more than ten checks. */
  const ended = createGenerations<number>(UNKNOWN_CAPACITY)
  let hits = 0
  let known = publicJwks()

  const apiKeys = createAuthorityCache<Holder, string>({
    changes,
    kinds: ['api_key', 'organization', 'user', 'service_account'],
    ownKind: 'api_key',
    capacity,
    unknownCapacity: UNKNOWN_CAPACITY,
    async read(texts) {
      const found = await lookUpApiKeys(pool, secrets, texts, restore)
      return found.map((key) => key && complete(holderOfKey(key)))
    },
  })
  const tokens = createAuthorityCache<Holder, VerifiedJwt | string>({
    changes,
    kinds: ['token', 'family', 'session', 'client', 'user', 'organization'],
    ownKind: 'token',
    capacity,
    unknownCapacity: UNKNOWN_CAPACITY,
    async read(wanted) {
      const services = { pool, secrets, now: clock.now(), restore }
      return Promise.all(
        wanted.map(async (one) => {
          const jwt = typeof one === 'string' ? null : one
          const token = await (typeof one === 'string'
            ? lookUpOpaqueToken(services, one)
            : lookUpJwt(services, one.claims))
          return token && complete(holderOfToken(token, jwt?.keys ?? null))
        }),
      )
    },
  })

  function complete(holder: Omit<Holder, 'derived'>): Holder {
    return { ...holder, derived: derive(holder) }
  }

  async function look(
    digest: string,
    address: string,
    cache: { load(digest: string, credential: never): Promise<Holder | null> },
    credential: unknown,
  ): Promise<Holder | Unresolved> {
    try {
      const found = await cache.load(digest, credential as never)
      if (found) return found
      failures.count(address)
      return notFound
    } catch (err) {
      if (!isDatabaseUnavailable(err)) log.error({ err }, 'a credential could not be looked up')
      return unavailable
    }
  }

  async function lookJwt(digest: string, address: string, token: string): Promise<Holder | Unresolved> {
    const keys = publicJwks()
    const claims = await verifyAccessToken(token, { issuer, publicJwks: keys, now: clock.now() })
    if (claims === 'expired') {
      ended.set(digest, (decodeJwt(token).exp ?? 0) * 1000)
      return expired
    }
    if (claims !== 'invalid') return look(digest, address, tokens, { claims, keys })
    if (keys === publicJwks()) tokens.reject(digest)
    failures.count(address)
    return notFound
  }

  /** What was believed by a key that is gone is worth nothing, and what wasn't may have been signed by one that is new. */
  function believed(holder: Holder | undefined): Holder | undefined {
    const keys = publicJwks()
    if (keys !== known) tokens.forgetUnknown()
    known = keys
    return holder && (holder.verifiedBy === null || holder.verifiedBy === keys) ? holder : undefined
  }

  return {
    find(credential, address) {
      const { text, dpop } = credential
      const kind = kindOf(text)
      if (dpop || changes.silenceMs() > TRUSTED_SILENCE_MS) {
        if (!isWellFormed(kind, credential)) return malformed
        return dpop ? proofRequired : unavailable
      }
      const cache = kind === 'api_key' ? apiKeys : tokens
      const digest = hash('sha256', salt + text, 'binary')
      const held = cache.get(digest)
      const holder = kind === 'jwt' ? believed(held) : held
      if (holder) {
        hits++
        return holder
      }
      if (!isWellFormed(kind, credential)) return malformed
      if (cache.isUnknown(digest)) return notFound
      if (kind === 'jwt' && clock.now().getTime() >= (ended.get(digest) ?? Infinity)) return expired
      const retryAfterSeconds = failures.wait(address)
      if (retryAfterSeconds > 0) return { code: 'rate_limited', retryAfterSeconds }
      return kind === 'jwt' ? lookJwt(digest, address, text) : look(digest, address, cache, text)
    },
    figures: {
      get held() {
        return apiKeys.size + tokens.size
      },
      get looks() {
        return {
          statements: apiKeys.looks.statements + tokens.looks.statements,
          credentials: apiKeys.looks.credentials + tokens.looks.credentials,
        }
      },
      get hits() {
        return hits
      },
    },
  }
}

function holderOfKey(key: FoundKey): Omit<Holder, 'derived'> {
  const subject = key.userId ?? key.serviceAccountId ?? ''
  return {
    kind: 'api_key',
    subject,
    subjectKind: key.userId === null ? 'service_account' : 'user',
    keyId: key.keyId,
    secretId: key.secretId,
    clientId: null,
    organizationId: key.organizationId,
    externalId: key.externalId,
    environment: key.environment,
    standing: key.standing,
    issuedAtMs: key.secretCreatedAt.getTime(),
    authenticatedAtMs: null,
    expiresAtMs: key.expiresAt?.getTime() ?? Infinity,
    resource: key.resource,
    allowedIps: key.allowedIps.length === 0 ? null : addressList(key.allowedIps),
    administrator: key.owner.administrator,
    organizationAdmin: key.owner.organizationAdmin,
    organizations: new Map([[key.organizationId, key.owner.role]]),
    grantableScopes: new Set(key.grantableScopes),
    superseded: key.supersededAt !== null,
    exposed: key.exposedAt !== null,
    hint: key.hint,
    name: key.name,
    ownScopes: key.scopes,
    limitedBy: {
      kind: 'key',
      id: key.keyId,
      subject,
      organizationId: key.organizationId,
      environment: key.environment,
      tier: key.tier,
      organizationTier: key.organizationTier,
      overrides: key.overrides,
    },
    verifiedBy: null,
    dependsOn: [key.keyId, key.organizationId, subject],
    stale: false,
  }
}

function holderOfToken(token: FoundToken, verifiedBy: PublicJwks | null): Omit<Holder, 'derived'> {
  return {
    kind: 'access_token',
    subject: token.subject,
    subjectKind: token.userId === null ? 'client' : 'user',
    keyId: null,
    secretId: null,
    clientId: token.clientId,
    organizationId: token.organizationId,
    externalId: token.externalId,
    environment: null,
    standing: token.bound && token.standing === 'live' ? 'proof_required' : token.standing,
    issuedAtMs: null,
    authenticatedAtMs: token.authenticatedAt?.getTime() ?? null,
    expiresAtMs: token.expiresAt.getTime(),
    // One without an audience is for the userinfo endpoint, which is no resource that anybody checks for.
    resource: token.audience ?? '',
    allowedIps: null,
    administrator: token.administrator,
    organizationAdmin: token.organizationAdmin,
    organizations: token.organizations,
    grantableScopes: new Set(token.grantableScopes),
    superseded: false,
    exposed: false,
    hint: null,
    name: null,
    ownScopes: token.scopes,
    limitedBy: {
      kind: 'client',
      id: token.clientId,
      subject: token.subject,
      clientLimitPer: token.limitPer,
      organizationId: token.organizationId,
      environment: '-',
      tier: token.tier,
      organizationTier: token.organizationTier,
      overrides: null,
    },
    verifiedBy,
    dependsOn: token.dependsOn,
    stale: false,
  }
}
