/** From a credential to its holder: memory first, then the primary database, and never a guess. */
import { hash, randomUUID } from 'node:crypto'
import { decodeJwt } from 'jose'
import type { Pool } from 'pg'
import { lookUpApiKeys } from '../api-keys/look-up.ts'
import type { FormatDirectory } from '../api-keys/import/format-directory.ts'
import type { CounterRow } from '../limits/limits.ts'
import { lookUpJwt, lookUpOpaqueToken } from '../oidc/look-up-tokens.ts'
import { verifyAccessToken, type AccessTokenClaims, type PublicJwks } from '../oidc/verify-access-token.ts'
import type { Changes } from '../platform/changes.ts'
import type { Clock } from '../platform/clock.ts'
import { isDatabaseUnavailable } from '../platform/database-unavailable.ts'
import type { Log } from '../platform/log.ts'
import type { Secrets } from '../platform/secrets.ts'

import { createAuthorityCache } from './authority-cache.ts'
import { isWellFormed, kindOf, type Credential, type CredentialKind } from './credential.ts'
import { createFailures } from './failures.ts'
import { createForeignKeys } from './foreign-keys.ts'
import { createGenerations } from './generations.ts'
import { holderOfKey, holderOfToken } from './holder-of.ts'
import type { Derive, Holder } from './holder.ts'
import { expired, malformed, notFound, proofRequired, throttled, unavailable, type Unresolved } from './unresolved.ts'

export interface Holders {
  /** At once where memory knows. Never rejects: an outage is `unavailable`. */
  find(credential: Credential, address: string): Holder | Unresolved | Promise<Holder | Unresolved>
  /** For metrics. */
  readonly figures: {
    readonly held: number
    readonly looks: { readonly statements: number; readonly credentials: number }
    readonly hits: number
    /** Slow hashes of imported keys that were computed. */
    readonly computations: number
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
  /** How keys of other systems are looked for. */
  formats: FormatDirectory
  /** KEY_PREFIX. */
  keyPrefix: string
  derive: Derive
  restore: (rows: readonly CounterRow[]) => void
  capacity?: number
}

/** Some 2 KB each. */
const CAPACITY = 20_000
const UNKNOWN_CAPACITY = 40_000

/** What is held may be used until this long after the last sign that changes are heard. */
const TRUSTED_SILENCE_MS = 5_000

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
  const { formats, keyPrefix, capacity = CAPACITY } = options
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

  const foreign = createForeignKeys({
    pool,
    secrets,
    formats,
    prefix: keyPrefix,
    changes,
    log,
    now,
    holderOf: (key) => complete(holderOfKey(key)),
    restore,
    failures,
    capacity,
    unknownCapacity: UNKNOWN_CAPACITY,
  })

  function complete(holder: Omit<Holder, 'derived'>): Holder {
    return { ...holder, derived: derive(holder) }
  }

  /** An outage is told as one. */
  async function unlessDown<T>(work: () => Promise<T>): Promise<T | Unresolved> {
    try {
      return await work()
    } catch (err) {
      if (!isDatabaseUnavailable(err)) log.error({ err }, 'a credential could not be looked up')
      return unavailable
    }
  }

  function orNotFound(found: Holder | Unresolved | null, address: string): Holder | Unresolved {
    if (found) return found
    failures.count(address)
    return notFound
  }

  /** As one of ours, and then as one of another system, which may have made keys of the same form. */
  async function lookKey(digest: string, address: string, text: string): Promise<Holder | Unresolved> {
    const own = apiKeys.isUnknown(digest) ? null : await unlessDown(() => apiKeys.load(digest, text))
    if (own || !foreign.mayBe(text)) return orNotFound(own, address)
    return unlessDown(() => foreign.find(digest, text, address))
  }

  async function lookToken(digest: string, address: string, token: VerifiedJwt | string): Promise<Holder | Unresolved> {
    return orNotFound(await unlessDown(() => tokens.load(digest, token)), address)
  }

  async function lookJwt(digest: string, address: string, token: string): Promise<Holder | Unresolved> {
    const keys = publicJwks()
    const claims = await verifyAccessToken(token, { issuer, publicJwks: keys, now: clock.now() })
    if (claims === 'expired') {
      ended.set(digest, (decodeJwt(token).exp ?? 0) * 1000)
      return expired
    }
    if (claims !== 'invalid') return lookToken(digest, address, { claims, keys })
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

  function heldToken(kind: 'jwt' | 'opaque', digest: string): Holder | undefined {
    const held = tokens.get(digest)
    return kind === 'jwt' ? believed(held) : held
  }

  function mayBeForeign(kind: CredentialKind, { text, dpop }: Credential): boolean {
    return kind === 'api_key' && !dpop && foreign.mayBe(text)
  }

  const sum = (figure: 'statements' | 'credentials') =>
    [apiKeys.looks, foreign.figures.looks, tokens.looks].reduce((total, looks) => total + looks[figure], 0)

  return {
    find(credential, address) {
      const { text, dpop } = credential
      const kind = kindOf(text)
      if (dpop || changes.silenceMs() > TRUSTED_SILENCE_MS) {
        if (!isWellFormed(kind, credential) && !mayBeForeign(kind, credential)) return malformed
        return dpop ? proofRequired : unavailable
      }
      const digest = hash('sha256', salt + text, 'binary')
      const holder = kind === 'api_key' ? (apiKeys.get(digest) ?? foreign.get(digest)) : heldToken(kind, digest)
      if (holder) {
        hits++
        return holder
      }
      const isOurs = isWellFormed(kind, credential)
      const isOthers = mayBeForeign(kind, credential)
      if (!isOurs && !isOthers) return malformed
      const cache = kind === 'api_key' ? apiKeys : tokens
      if ((!isOurs || cache.isUnknown(digest)) && (!isOthers || foreign.isUnknown(digest))) return notFound
      if (kind === 'jwt' && clock.now().getTime() >= (ended.get(digest) ?? Infinity)) return expired
      const retryAfterSeconds = failures.wait(address)
      if (retryAfterSeconds > 0) return throttled(retryAfterSeconds)
      if (kind === 'jwt') return lookJwt(digest, address, text)
      if (kind === 'opaque') return lookToken(digest, address, text)
      return isOurs ? lookKey(digest, address, text) : unlessDown(() => foreign.find(digest, text, address))
    },
    figures: {
      get held() {
        return apiKeys.size + foreign.figures.held + tokens.size
      },
      get looks() {
        return {
          statements: sum('statements'),
          credentials: sum('credentials'),
        }
      },
      get hits() {
        return hits
      },
      get computations() {
        return foreign.figures.computations
      },
    },
  }
}
