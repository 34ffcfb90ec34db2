/** From the options of `clients create` to RFC 7591 metadata and, apart from it, what only an administrator sets. */
import type { AdministratorAttributes } from '../clients/administrator-attributes.ts'
import type { LimitPer } from '../clients/client.ts'
import { CommandFailure, usageFailure } from './failure.ts'
import { readAll, type Input } from './terminal.ts'

export interface CreateOptions {
  name?: string
  redirectUri?: string[]
  postLogoutRedirectUri?: string[]
  grantType?: string[]
  authMethod?: string
  public?: boolean
  scope?: string
  contact?: string[]
  verified?: boolean
  pkceExempt?: boolean
  introspects?: string[]
  organization?: string
  tier?: string
  limitPer?: LimitPer
  grantableScope?: string[]
}

/** From the flags if there are any, else from stdin. It is checked by whoever registers. */
export async function metadataFrom(options: CreateOptions, stdin: Input): Promise<unknown> {
  if (options.public === true && options.authMethod !== undefined && options.authMethod !== 'none') {
    throw usageFailure('--public contradicts --auth-method.')
  }
  const flags = {
    client_name: options.name,
    redirect_uris: options.redirectUri,
    post_logout_redirect_uris: options.postLogoutRedirectUri,
    grant_types: options.grantType,
    token_endpoint_auth_method: options.public === true ? 'none' : options.authMethod,
    scope: options.scope,
    contacts: options.contact,
  }
  const given = Object.entries(flags).filter(([, value]) => value !== undefined)
  if (given.length > 0) return Object.fromEntries(given)
  if (stdin.isTTY === true) {
    throw usageFailure('Say what to register: by flags (see --help), or as JSON on stdin.')
  }
  const text = await readAll(stdin)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new CommandFailure(
      text.trim() === '' ? 'stdin is empty: metadata is expected there as JSON.' : 'stdin is not JSON.',
    )
  }
}

export function attributesFrom(options: CreateOptions): AdministratorAttributes {
  return {
    verified: options.verified,
    pkce_exempt: options.pkceExempt,
    introspects: options.introspects,
    tier: options.tier,
    limit_per: options.limitPer,
    grantable_scopes: options.grantableScope,
    organization_id: options.organization,
  }
}
