/** Where a person goes on to once signed in: what the page says of it comes from the authorization that waits for them. */
import type { Interactions } from '../oidc/interaction/interaction.ts'
import type { DescribeReturn } from '../pages/accounts/services.ts'

export function describeReturnOf(interactions: Pick<Interactions, 'peek'>): DescribeReturn {
  return async (path) => {
    const uid = /^\/interaction\/([\w-]+)$/.exec(path)?.[1]
    const found = uid === undefined ? null : await interactions.peek(uid)
    if (!found) return null
    const { client, destination, loginHint, locale } = found
    return { clientName: client.name, host: destination.host, loginHint, locale }
  }
}
