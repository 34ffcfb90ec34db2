/** The management API as a resource of its own: OAuth clients ask for tokens for it as for any other. It rests in no table. */
import { managementScopes } from '../http/api/scopes.ts'
import type { Resource } from './resource.ts'

/** No other resource may have it. */
export const managementName = 'keygrant'

function managementIdentifier(apiUrl: string): string {
  return `${apiUrl}/v1`
}

/** `since` is when this installation came to be. */
export function managementResource(options: {
  apiUrl: string
  platform: { readonly name: string }
  since: Date
}): Resource {
  const { apiUrl, platform, since } = options
  return {
    // No row has it: the UUID of nothing but zeros.
    id: 'res_00000000000000000000000000',
    name: managementName,
    identifier: managementIdentifier(apiUrl),
    get title() {
      return `${platform.name} API`
    },
    accessTokenFormat: 'jwt',
    accessTokenLifetimeSeconds: 900,
    createdAt: since,
    updatedAt: since,
    scopes: managementScopes.map(({ name, title, writes, grantableBy }, position) => ({
      name,
      title,
      description: null,
      optional: false,
      sensitive: grantableBy === 'administrator',
      writes,
      grantableBy,
      position,
    })),
  }
}
