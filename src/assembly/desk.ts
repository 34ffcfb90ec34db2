/** The pages of the account and of the console, over the management API in this process. */
import type { PageRoute } from '../http/pages.ts'
import { deskRoutes, type DeskRoute } from '../pages/desk/desk.ts'
import type { DeskServices } from '../pages/desk/api.ts'
import { keyPages } from '../pages/desk/keys/routes.ts'
import { organizationPages } from '../pages/desk/organizations/routes.ts'
import { usagePages } from '../pages/desk/usage/routes.ts'
import { webhookPages } from '../pages/desk/webhooks/routes.ts'
import type { Catalogue } from '../resources/catalogue.ts'
import type { Settings } from '../settings/settings.ts'
import { consolePages, type ConsoleParts } from './console.ts'
import { personalPages, type PersonalParts } from './personal-pages.ts'

export function deskOf(
  services: DeskServices & ConsoleParts & PersonalParts & { catalogue: Catalogue; settings: Settings },
): PageRoute[] {
  const { catalogue, settings, apiUrl } = services
  const longestDays = () => Math.floor(settings.current().key_lifetime_max / 86_400)
  const areas = (['/account', '/admin'] as const).flatMap((base): DeskRoute[] => [
    ...keyPages({ base, catalogue, apiUrl, longestDays }),
    ...organizationPages({ base }),
    ...webhookPages({ base }),
    ...usagePages({ base, figures: services.gate.figures.list }),
  ])
  return deskRoutes([...personalPages(services), ...areas, ...consolePages(services)], services)
}
