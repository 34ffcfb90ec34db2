/** JWT access tokens of ours (RFC 9068): signature, type, issuer, algorithm and times. Whether they still count is another question. */
import { createLocalJWKSet, errors, jwtVerify, type JSONWebKeySet, type JWTPayload } from 'jose'
import type { JWKS } from 'oidc-provider'

export interface AccessTokenClaims extends JWTPayload {
  jti: string
  exp: number
  sub: string
  client_id: string
  /** The token family that it came from; none for a client's own. */
  fam?: string
  /** The session that it ends with. */
  sid?: string
  scope?: string
  /** When the person signed in for it (RFC 9068, 2.2.1). */
  auth_time?: number
  /** Bound to a key of its holder (RFC 7800). */
  cnf?: unknown
}

export type PublicJwks = JWKS

/** Made once for each set of keys: importing them costs more than verifying. */
const keySets = new WeakMap<JWKS, ReturnType<typeof createLocalJWKSet>>()

/** Only an access token of ours: typ, issuer and algorithm say so, and an ID token never passes (RFC 9068, 4). */
export async function verifyAccessToken(
  token: string,
  { issuer, publicJwks, now }: { issuer: string; publicJwks: JWKS; now: Date },
): Promise<AccessTokenClaims | 'invalid' | 'expired'> {
  const keys = keySets.get(publicJwks) ?? createLocalJWKSet(publicJwks as unknown as JSONWebKeySet)
  keySets.set(publicJwks, keys)
  try {
    const { payload } = await jwtVerify<AccessTokenClaims>(token, keys, {
      issuer,
      typ: 'at+jwt',
      algorithms: ['ES256', 'RS256'],
      currentDate: now,
      requiredClaims: ['jti', 'exp', 'sub', 'client_id', 'aud'],
    })
    return payload
  } catch (error) {
    return error instanceof errors.JWTExpired ? 'expired' : 'invalid'
  }
}
