/** The account's pages about the person alone, and what they need besides the API. */
import type { AccountServices } from '../pages/accounts/services.ts'
import { connectedAppPages } from '../pages/desk/connected-apps/routes.ts'
import type { ConnectedAppPages } from '../pages/desk/connected-apps/describe.ts'
import type { DeskRoute } from '../pages/desk/desk.ts'
import { notificationPages } from '../pages/desk/notifications/notifications.ts'
import { accountOverview, type OverviewPages } from '../pages/desk/overview/overview.ts'
import { profilePages } from '../pages/desk/profile/routes.ts'
import { securityPages } from '../pages/desk/security/routes.ts'

export type PersonalParts = ConnectedAppPages & OverviewPages & { accounts: AccountServices }

export function personalPages(parts: PersonalParts): DeskRoute[] {
  const { accounts } = parts
  return [
    ...accountOverview(parts),
    ...profilePages(accounts),
    ...securityPages(accounts),
    ...connectedAppPages(parts),
    ...notificationPages(accounts),
  ]
}
