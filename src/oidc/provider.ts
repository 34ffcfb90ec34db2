/** oidc-provider as we run it: every setting in one place. A rotated signing key is a new provider; nobody keeps an old one. */
import type { Configuration, errors, JWKS, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { ClientDirectory } from '../clients/directory.ts'
import type { ImportedSecrets } from '../clients/imported-secrets.ts'
import type { CookieRules } from '../http/cookies.ts'
import { locales } from '../http/messages.ts'
import type { Clock } from '../platform/clock.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import { createAdapter } from './adapter/adapter.ts'
import { clientModel } from './adapter/clients.ts'
import { present } from './adapter/model.ts'
import { rotates } from './adapter/refresh-tokens.ts'
import { claims, findAccount, oidcScopes } from './claims.ts'
import { existingGrant } from './existing-grant.ts'
import { providerWith, type AnswerByForm } from './form-post.ts'
import { lifetimes } from './lifetimes.ts'
import { applyPatches } from './patches.ts'
import { createPolicy } from './policy.ts'
import { idTokenLifetime, moveClaims, patchIdToken } from './provider-time.ts'
import { resourceIndicators } from './resource-servers.ts'
import type { Unit } from './unit/unit.ts'

export interface ProviderParts {
  issuer: string
  directory: ClientDirectory
  importedSecrets: ImportedSecrets
  catalogue: Catalogue
  secrets: Secrets
  clock: Clock
  cookies: CookieRules
  currentUnit: () => Unit
  /** Shows a fault that can't be told to the client. */
  renderError(
    ctx: KoaContextWithOIDC,
    out: { error: string; error_description?: string | undefined },
    error: Error,
  ): void
  /** Asks before signing out, and says that it is done. */
  renderSignOut(ctx: KoaContextWithOIDC): void
  renderSignedOut(ctx: KoaContextWithOIDC): void
  /** Shows the form in which an answer goes to the client. */
  answerByForm: AnswerByForm
}

export const sessionCookie = 'keygrant-session'
export const interactionCookie = 'keygrant-interaction'
const resumeCookie = 'keygrant-resume'

/** Asymmetric algorithms only: a symmetric one would take the client's placeholder secret for a key. */
const signatures = ['RS256', 'ES256'] as const

export function createProvider(parts: ProviderParts, jwks: JWKS): Provider {
  const { issuer, directory, catalogue, secrets, cookies, currentUnit } = parts
  const configuration: Configuration = {
    adapter: createAdapter(clientModel(directory), currentUnit),
    jwks,
    routes: {
      authorization: '/oauth2/authorize',
      token: '/oauth2/token',
      userinfo: '/oauth2/userinfo',
      jwks: '/oauth2/jwks',
      introspection: '/oauth2/introspect',
      revocation: '/oauth2/revoke',
      end_session: '/oauth2/logout',
    },
    cookies: {
      // `__Host-` needs the path /, which the other two must not have: they belong to one interaction each.
      names: { session: cookies.name(sessionCookie), interaction: interactionCookie, resume: resumeCookie },
      long: cookies.options,
      short: { ...cookies.options, path: undefined },
      keys: secrets.cookieSigner,
    },
    ttl: {
      AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? lifetimes.accessToken,
      ClientCredentials: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? lifetimes.accessToken,
      AuthorizationCode: lifetimes.authorizationCode,
      IdToken: () => idTokenLifetime(currentUnit(), lifetimes.idToken),
      RefreshToken: (_ctx, token) =>
        Math.max(1, Math.min(lifetimes.refreshTokenSliding, lifetimes.refreshTokenTotal - token.totalLifetime())),
      Interaction: lifetimes.interaction,
      Session: lifetimes.session,
      Grant: lifetimes.refreshTokenTotal,
    },
    scopes: oidcScopes,
    claims,
    responseTypes: ['code'],
    subjectTypes: ['public'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt', 'none'],
    enabledJWA: {
      idTokenSigningAlgValues: signatures,
      clientAuthSigningAlgValues: [...signatures, 'PS256', 'EdDSA'],
    },
    pkce: { required: (ctx, client) => pkceRequired(ctx, client.clientId) },
    clockTolerance: 5,
    // RFC 6749 lets a lone registered redirect URI be left out; comparing what was sent is safer (OAuth 2.1, 4.1.1).
    allowOmittingSingleRegisteredRedirectUri: false,
    discovery: { ui_locales_supported: [...locales], service_documentation: `${issuer}/docs` },
    features: {
      devInteractions: { enabled: false },
      claimsParameter: { enabled: true },
      clientCredentials: { enabled: true },
      introspection: {
        enabled: true,
        allowedPolicy: async (_ctx, client, token) => mayIntrospect(directory, client.clientId, token),
      },
      revocation: {
        enabled: true,
        // Another's token is answered like one that never was: as if it were done (RFC 7009, 2.2).
        allowedPolicy: (_ctx, client, token) => Promise.resolve(token.clientId === client.clientId),
      },
      resourceIndicators: { enabled: true, ...resourceIndicators(catalogue, directory, currentUnit) },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (ctx) => parts.renderSignOut(ctx),
        postLogoutSuccessSource: (ctx) => parts.renderSignedOut(ctx),
      },
      userinfo: { enabled: true },
      // Keys that sign by themselves: signing-keys/local-key.ts.
      externalSigningSupport: { enabled: true, ack: 'experimental-01' },
      // Each comes with its own storage, limits and tests in a later version.
      pushedAuthorizationRequests: { enabled: false },
      dPoP: { enabled: false },
      deviceFlow: { enabled: false },
      registration: { enabled: false },
      backchannelLogout: { enabled: false },
      richAuthorizationRequests: { enabled: false },
      openid4vci: { enabled: false },
    },
    interactions: {
      policy: createPolicy(directory, currentUnit),
      url: (_ctx, interaction) => `/interaction/${interaction.uid}`,
    },
    findAccount: (_ctx, id) => findAccount(currentUnit(), id),
    loadExistingGrant: (ctx) => Promise.resolve(existingGrant(ctx, currentUnit())),
    // Bound to the session unless the person allowed offline access.
    expiresWithSession: (_ctx, token) => Promise.resolve(!token.scopes.has('offline_access')),
    issueRefreshToken: (_ctx, client) => Promise.resolve(client.grantTypeAllowed('refresh_token')),
    rotateRefreshToken: (ctx) =>
      Promise.resolve(rotates(currentUnit(), present(ctx.oidc.entities.RefreshToken, 'token'))),
    extraTokenClaims: (ctx, token) => familyClaims(ctx, token),
    formats: {
      customizers: { jwt: (_ctx, _token, jwt) => moveClaims(currentUnit(), jwt) },
    },
    // An address with a scheme of an app's own has the origin `null`, as any page has that hides where it is from.
    clientBasedCORS: (_ctx, origin, client) =>
      origin !== 'null' && (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    renderError: (ctx, out, error) => parts.renderError(ctx, out, error),
  }
  const provider = new (providerWith(parts.answerByForm))(issuer, configuration)
  provider.proxy = true
  applyPatches(provider, parts)
  patchIdToken(provider, currentUnit)
  provider.on('grant.error', statusOfBody)
  provider.on('introspection.error', statusOfBody)
  provider.on('revocation.error', statusOfBody)
  provider.on('userinfo.error', statusOfBody)
  // Faults of ours: the handler around the provider answers them.
  provider.on('server_error', (ctx, error) => {
    ;(ctx.state as { fault?: Error }).fault = error
  })
  return provider

  /**
   * PKCE for everybody (OAuth 2.1, 4.1.1); but an administrator may exempt a confidential OpenID client, which then
   * binds its code by `nonce` (RFC 9700, 2.1.1).
   */
  function pkceRequired(ctx: KoaContextWithOIDC, clientId: string): boolean {
    const client = currentUnit().clients.get(clientId)
    if (!client?.pkceExempt || client.tokenEndpointAuthMethod === 'none') return true
    const scopes = ((ctx.oidc.params?.['scope'] as string | undefined) ?? '').split(' ')
    return !(scopes.includes('openid') && ctx.oidc.params?.['nonce'] !== undefined)
  }
}

/** The provider answers every body that it can't take with 400; a longer one is 413 here, and one of another type 415. */
function statusOfBody(ctx: KoaContextWithOIDC, error: errors.OIDCProviderError): void {
  if (error.error_detail === 'request entity too large') ctx.status = 413
  if (error.error_description?.includes('content-type bodies are supported')) ctx.status = 415
}

/** A client learns of its own tokens, and of those of the resources that an administrator lists for it (RFC 7662, 4). */
export async function mayIntrospect(
  directory: ClientDirectory,
  clientId: string,
  token: { clientId?: string | undefined; aud?: unknown },
): Promise<boolean> {
  if (token.clientId === clientId) return true
  const client = await directory.find(clientId)
  if (!client || client.tokenEndpointAuthMethod === 'none') return false
  return typeof token.aud === 'string' && client.introspects.includes(token.aud)
}

/** A JWT access token rests nowhere, so it says itself to which family it belongs, and how the person signed in (RFC 9068, 2.2.1). */
function familyClaims(ctx: KoaContextWithOIDC, token: unknown): Record<string, unknown> | undefined {
  const { grantId, resourceServer, expiresWithSession, sessionUid } = token as {
    grantId?: string
    resourceServer?: { accessTokenFormat?: string }
    expiresWithSession?: boolean
    sessionUid?: string
  }
  if (resourceServer?.accessTokenFormat !== 'jwt' || grantId === undefined) return undefined
  const source = ctx.oidc.entities.AuthorizationCode ?? ctx.oidc.entities.RefreshToken
  return {
    fam: grantId,
    // Without offline access it ends with its session, as an opaque one does.
    ...(expiresWithSession && sessionUid !== undefined ? { sid: sessionUid } : {}),
    ...(source?.acr === undefined ? {} : { acr: source.acr }),
    ...(source?.amr === undefined ? {} : { amr: source.amr }),
    ...(source?.authTime === undefined ? {} : { auth_time: source.authTime }),
  }
}
