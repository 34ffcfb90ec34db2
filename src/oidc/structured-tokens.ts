/**
 * Introspection and revocation of JWT access tokens (RFC 7662, RFC 7009), which the provider refuses. It acts only on the
 * provider's `unsupported_token_type`, which comes after the client has proved itself: an assigned client alone proves nothing.
 */
import type { Context } from 'koa'
import type { JWKS, KoaContextWithOIDC } from 'oidc-provider'
import type { ClientDirectory } from '../clients/directory.ts'
import type { Mend } from './handler.ts'
import { mayIntrospect } from './provider.ts'
import { present } from './adapter/model.ts'
import { accountOf, remember, type Unit } from './unit/unit.ts'
import { revokeFamily } from './unit/families.ts'
import { findFamily, tokenRevoked } from './unit/reads.ts'
import { verifyAccessToken, type AccessTokenClaims } from './verify-access-token.ts'

export function structuredTokens({
  issuer,
  publicJwks,
  directory,
}: {
  issuer: string
  publicJwks: () => JWKS
  directory: ClientDirectory
}): Mend {
  return async (ctx, unit) => {
    const body = ctx.body as { error?: string } | null
    if (body?.error !== 'unsupported_token_type') return
    const { oidc } = ctx as unknown as KoaContextWithOIDC
    const token = oidc.params?.['token'] as string
    const clientId = present(oidc.client, 'client').clientId
    if (oidc.route === 'introspection') {
      const claims = await verify(unit, token)
      const allowed =
        claims !== null && (await mayIntrospect(directory, clientId, { clientId: claims.client_id, aud: claims.aud }))
      answer(ctx, allowed && (await isLive(unit, claims)) ? introspection(claims) : { active: false })
    } else if (oidc.route === 'revocation') {
      const claims = await verify(unit, token)
      // A client revokes its own tokens; anything else is answered as if it were done, and tells nothing.
      if (claims?.client_id === clientId) revoke(unit, claims)
      answer(ctx, '')
    }
  }

  async function verify(unit: Unit, token: string): Promise<AccessTokenClaims | null> {
    const claims = await verifyAccessToken(token, { issuer, publicJwks: publicJwks(), now: unit.now })
    return typeof claims === 'string' ? null : claims
  }

  /** What the signature can't tell: was it, its family, its session, its client or its person ended since? */
  async function isLive(unit: Unit, claims: AccessTokenClaims): Promise<boolean> {
    const client = await directory.find(claims.client_id)
    if (!client || client.disabledAt || (await tokenRevoked(unit.pool, claims.jti))) return false
    if (claims.fam === undefined) return claims.sub === claims.client_id
    const around = await findFamily(unit.pool, claims.fam, unit.now)
    if (!around?.family || !around.grant) return false
    // A family that offline access lets outlive its session may have given tokens without it, too.
    if (claims.sid !== undefined && around.session?.uid !== claims.sid) return false
    remember(unit, around, around.family.user_id)
    return (await accountOf(unit, around.family.user_id)) !== null
  }
}

function introspection({ fam: _, ...claims }: AccessTokenClaims): object {
  return { active: true, token_type: 'Bearer', ...claims }
}

/** As with opaque ones, revoking an access token ends what it came from (RFC 7009, 2.1). */
function revoke(unit: Unit, claims: AccessTokenClaims): void {
  unit.writes.insert(
    'revoked_tokens',
    { jti: claims.jti, expires_at: new Date(claims.exp * 1000) },
    { onConflict: 'nothing' },
  )
  unit.writes.notify(JSON.stringify({ kind: 'token', id: claims.jti }))
  if (claims.fam !== undefined) revokeFamily(unit, claims.fam)
}

function answer(ctx: Context, body: object | string): void {
  ctx.status = 200
  ctx.set('cache-control', 'no-store')
  // The refusal's, which an empty body would keep.
  ctx.remove('content-type')
  ctx.body = body
}
