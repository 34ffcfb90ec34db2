/** What the console's pages of protected APIs share. */
import { say } from '../../../http/screen-parts.ts'
import type { Said, Screen } from '../../../http/screen.ts'
import { durationOf } from '../../../http/view-values.ts'
import { managementName } from '../../../resources/management.ts'
import type { GrantableBy } from '../../../resources/resource.ts'
import type { Desk } from '../desk.ts'
import type { Listed } from '../wire.ts'

export const listPath = '/admin/resources'

export interface ScopeOut {
  name: string
  title: string
  description: string | null
  optional: boolean
  sensitive: boolean
  writes: boolean
  grantable_by: GrantableBy
}

export interface ResourceOut {
  id: string
  name: string
  identifier: string
  title: string
  access_token: { format: 'jwt' | 'opaque'; lifetime: number }
  scopes: ScopeOut[]
  created_at: string
  updated_at: string
}

export const readResource = (desk: Desk): Promise<ResourceOut> =>
  desk.api.get<ResourceOut>(`/v1/resources/${desk.params['id']}`)

export async function listResources(desk: Pick<Desk, 'api'>): Promise<ResourceOut[]> {
  const { data } = await desk.api.get<Listed<ResourceOut>>('/v1/resources', { limit: '200' })
  return data
}

/** The management API itself, which nobody changes. */
export const isOwn = ({ name }: Pick<ResourceOut, 'name'>): boolean => name === managementName

export const pathOfResource = ({ id }: Pick<ResourceOut, 'id'>): string => `${listPath}/${id}`

export const pathOfScope = (resource: Pick<ResourceOut, 'id'>, name: string): string =>
  `${pathOfResource(resource)}/scopes/${encodeURIComponent(name)}`

export function crumbsTo(resource?: ResourceOut): Screen['crumbs'] {
  const list = { text: say('resources.title'), href: listPath }
  return resource ? [list, { text: resource.title, href: pathOfResource(resource) }] : [list]
}

/** "15 minutes", "2 hours". */
export function lifetimeWords(seconds: number): Said {
  if (seconds % 60 !== 0) return say('duration.seconds', { count: seconds })
  const { unit, count } = durationOf(seconds / 60)
  return say(`duration.${unit}`, { count })
}
