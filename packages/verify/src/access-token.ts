/** JWT access tokens (RFC 9068) by their signature: whether they still count is another question. */
import { createLocalJWKSet, decodeProtectedHeader, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose'
import type { Getter } from './http.ts'

export interface AccessTokenClaims extends JWTPayload {
  jti: string
  exp: number
  iat?: number
  sub: string
  client_id: string
  aud: string | string[]
  scope?: string
  /** What one authorization has led to. */
  fam?: string
  /** The session that it ends with. */
  sid?: string
  /** Bound to a key of its holder (RFC 7800). */
  cnf?: unknown
}

/** `unavailable`: the keys to check it with can't be had. */
export type TokenVerdict = AccessTokenClaims | 'invalid' | 'expired' | 'unavailable'

export interface AccessTokens {
  verify(token: string): Promise<TokenVerdict>
  /** A key may have come or gone: nothing is believed by the old ones. */
  renew(): void
}

export interface AccessTokensOptions {
  issuer: string
  get: Getter
  now: () => number
  /** Goes on with the keys that are held when others can't be had. */
  staleKeys: boolean
}

/** Tokens of keys that nobody has make no more than one request in this time. */
const COOLDOWN_MS = 10_000

/** A text that says of itself, in its first part, that it is a signed JWT. Keys of other formats may have dots, too. */
export function looksLikeJwt(text: string): boolean {
  if (!text.startsWith('ey')) return false
  try {
    return typeof decodeProtectedHeader(text).alg === 'string'
  } catch {
    return false
  }
}

export function createAccessTokens({ issuer, get, now, staleKeys }: AccessTokensOptions): AccessTokens {
  let keys: ReturnType<typeof createLocalJWKSet> | null = null
  let outdated = true
  let fetching: Promise<boolean> | null = null
  let fetchedAt = -Infinity

  /** @returns whether there are keys to believe */
  async function fetchKeys(): Promise<boolean> {
    outdated = false
    fetchedAt = performance.now()
    try {
      keys = createLocalJWKSet((await get('/oauth2/jwks')) as JSONWebKeySet)
      return true
    } catch {
      outdated = true
      return staleKeys && keys !== null
    }
  }

  function freshKeys(): Promise<boolean> {
    fetching ??= fetchKeys().finally(() => (fetching = null))
    return fetching
  }

  async function check(token: string, last: boolean): Promise<TokenVerdict> {
    if ((keys === null || outdated) && !(await freshKeys())) return 'unavailable'
    if (keys === null) return 'unavailable'
    try {
      const { payload } = await jwtVerify<AccessTokenClaims>(token, keys, {
        issuer,
        typ: 'at+jwt',
        algorithms: ['ES256', 'RS256'],
        currentDate: new Date(now()),
        requiredClaims: ['jti', 'exp', 'sub', 'client_id', 'aud'],
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JWTExpired) return 'expired'
      if (last || !(error instanceof errors.JWKSNoMatchingKey)) return 'invalid'
      if (performance.now() - fetchedAt < COOLDOWN_MS) return 'invalid'
      return (await freshKeys()) ? check(token, true) : 'unavailable'
    }
  }

  return {
    verify: (token) => check(token, false),
    renew: () => (outdated = true),
  }
}
