/** What a developer does with a client at first: its settings, or the token that a service asks for. */
import type { ClientOut } from '../../../clients/wire.ts'
import { kindOf } from './parts.ts'

type Example = { kind: 'settings' | 'token'; code: string }

/** @param secret null: it has none, or none that can be shown any more */
export function exampleOf(
  issuer: string,
  client: Pick<
    ClientOut,
    'id' | 'grant_types' | 'token_endpoint_auth_method' | 'application_type' | 'redirect_uris' | 'scope'
  >,
  secret: string | null,
): Example {
  if (kindOf(client) === 'service') {
    const scope = client.scope === undefined ? '' : ` \\\n  -d scope='${client.scope}'`
    const proof = `-u '${client.id}:${secret ?? 'CLIENT_SECRET'}'`
    return {
      kind: 'token',
      code: `curl ${proof} \\\n  -d grant_type=client_credentials${scope} \\\n  ${issuer}/oauth2/token`,
    }
  }
  const settings = [
    `ISSUER=${issuer}`,
    `CLIENT_ID=${client.id}`,
    ...(secret === null ? [] : [`CLIENT_SECRET=${secret}`]),
    `REDIRECT_URI=${client.redirect_uris[0] ?? ''}`,
    `SCOPE='${client.scope ?? 'openid profile email'}'`,
  ]
  return { kind: 'settings', code: settings.join('\n') }
}
