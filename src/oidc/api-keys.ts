/**
 * Introspection and revocation of API keys (RFC 7662, RFC 7009). The provider knows none of them and answers as for a token
 * that never was, which it says only to a client that has proved itself: that answer is what is mended here.
 */
import type { Context } from 'koa'
import type { KoaContextWithOIDC } from 'oidc-provider'
import type { AuditContext } from '../audit/record.ts'
import { isConfidential, type Client } from '../clients/client.ts'
import type { ClientDirectory } from '../clients/directory.ts'
import type { RequestState } from '../http/entrance.ts'
import { present } from './adapter/model.ts'
import type { Mend } from './handler.ts'
import { auditContextOf } from './unit/unit.ts'

/** A key that is good at this moment, as a client may learn of it. */
export interface LiveApiKey {
  readonly keyId: string
  readonly organizationId: string
  readonly externalId: string | null
  /** The person or service account that it acts for. */
  readonly subject: string
  /** What it may do now. */
  readonly scopes: readonly string[]
  /** The one resource that it is for; null: any that its scopes belong to. */
  readonly resource: string | null
  readonly environment: 'live' | 'test'
  readonly tier: string
  /** Of the secret that was asked about. */
  readonly issuedAtMs: number
  /** Infinity: none. */
  readonly expiresAtMs: number
}

/** Whoever holds it learns of keys of every organization. */
const VERIFY_ALL = 'admin:keys:verify'

export function apiKeyTokens({
  issuer,
  directory,
  findKey,
  revokeKey,
}: {
  issuer: string
  directory: ClientDirectory
  /**
   * Null: there is none, or it is no good any more.
   * @throws {Problem} `unavailable` or `rate_limited`, where the truth isn't known
   */
  findKey: (token: string, address: string) => Promise<LiveApiKey | null>
  revokeKey: (keyId: string, context: AuditContext) => Promise<void>
}): Mend {
  return async (ctx, unit) => {
    const { oidc } = ctx as unknown as Partial<KoaContextWithOIDC>
    if (!oidc || !unknownToProvider(ctx, oidc.route)) return
    const token = oidc.params?.['token']
    // Whether it can be a key is known where keys are looked for: those of other systems may look like anything.
    if (typeof token !== 'string') return
    // As an administrator set it, which is more than the provider knows of it.
    const client = await directory.find(present(oidc.client, 'client').clientId)
    // A public one has proved nothing: whoever knows its name can say it.
    if (!client || !isConfidential(client)) return
    const { address } = (ctx.state as RequestState).caller
    if (oidc.route === 'introspection') {
      const key = await findKey(token, address)
      if (key && mayLearnOf(client, key)) ctx.body = introspection(key, issuer)
    } else if (client.origin === 'administrator' && client.organizationId !== null) {
      const key = await findKey(token, address)
      // Another's is answered as if it were done, and tells nothing (RFC 7009, 2.2).
      if (key?.organizationId !== client.organizationId) return
      await revokeKey(key.keyId, auditContextOf(unit, { kind: 'client', id: client.id }))
    }
  }
}

/** What the provider says of a token that it doesn't know, and of none that it refuses. */
function unknownToProvider(ctx: Context, route: string): boolean {
  if (ctx.status !== 200) return false
  if (route === 'revocation') return ctx.body === ''
  return route === 'introspection' && (ctx.body as { active?: unknown } | null)?.active === false
}

function mayLearnOf(client: Client, key: LiveApiKey): boolean {
  if (client.organizationId === key.organizationId) return true
  return client.origin === 'administrator' && (client.scope ?? '').split(' ').includes(VERIFY_ALL)
}

function introspection(key: LiveApiKey, issuer: string): object {
  return {
    active: true,
    token_type: 'Bearer',
    iss: issuer,
    sub: key.subject,
    scope: key.scopes.join(' '),
    iat: Math.floor(key.issuedAtMs / 1000),
    ...(key.expiresAtMs < Infinity && { exp: Math.floor(key.expiresAtMs / 1000) }),
    ...(key.resource !== null && { aud: key.resource }),
    key_id: key.keyId,
    organization_id: key.organizationId,
    external_id: key.externalId,
    environment: key.environment,
    tier: key.tier,
  }
}
