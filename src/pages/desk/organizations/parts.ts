/** What the pages of organizations share: which one it is, as what somebody manages it, and the views of it. */
import { say } from '../../../http/screen-parts.ts'
import type { Screen } from '../../../http/screen.ts'
import type { OrganizationOut } from '../../../organizations/api.ts'
import type { Manager } from '../../../organizations/members/may-manage.ts'
import type { Desk } from '../desk.ts'

export interface OrganizationPages {
  base: '/account' | '/admin'
}

export const readOrganization = (desk: Desk): Promise<OrganizationOut> =>
  desk.api.get<OrganizationOut>(`/v1/organizations/${desk.params['id']}`)

export const listPath = ({ base }: OrganizationPages): string => `${base}/organizations`
export const pathOfOrganization = (pages: OrganizationPages, id: string): string => `${listPath(pages)}/${id}`

/** In the console everybody acts for the platform, whatever they are in the organization itself. */
export function managerIn(desk: Desk, { base }: OrganizationPages, organizationId: string): Manager {
  if (base === '/admin') return 'platform'
  return desk.belongings.find(({ id }) => id === organizationId)?.role ?? 'member'
}

export const administersIt = (manager: Manager): boolean => manager !== 'member'

export function crumbsTo(pages: OrganizationPages, organization?: OrganizationOut): Screen['crumbs'] {
  const list = { text: say('organizations.title'), href: listPath(pages) }
  if (!organization) return [list]
  return [list, { text: organization.name, href: pathOfOrganization(pages, organization.id) }]
}

export type View = 'overview' | 'members' | 'service-accounts' | 'clients'

/** A person's own organization has nobody else in it. */
export function tabsOf(pages: OrganizationPages, { id, personal }: OrganizationOut, current: View): Screen['tabs'] {
  const path = pathOfOrganization(pages, id)
  const views: View[] = [
    'overview',
    ...(personal ? [] : (['members', 'service-accounts'] as const)),
    ...(pages.base === '/admin' ? (['clients'] as const) : []),
  ]
  if (views.length === 1) return []
  return views.map((view) => ({
    text: say(`organization.view.${view}`),
    href: view === 'overview' ? path : `${path}/${view}`,
    current: view === current,
  }))
}

export function badgesOf({ personal, tier }: OrganizationOut): Screen['badges'] {
  return [
    ...(personal ? [{ text: say('organization.personal'), tone: 'neutral' as const }] : []),
    { text: say('organization.tier.badge', { tier }), tone: 'neutral' as const },
  ]
}
