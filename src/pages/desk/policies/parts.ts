/** What the console's pages of gateway policies share. */
import { say } from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Screen } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import type { Listed } from '../wire.ts'

export const listPath = '/admin/policies'

/** What the snippets lead to. */
export interface PolicyPages {
  checkUrl: string
}

export interface PolicyOut {
  name: string
  resource: string
  environment: 'live' | 'test'
  on_limit: 403 | null
  on_outage: 403 | null
  mode: 'enforce' | 'observe'
  routes: { match: string; scopes: string[]; cost: number }[]
  updated_at: string
}

export const pathOfPolicy = (name: string): string => `${listPath}/${encodeURIComponent(name)}`

const routeOf = (name: string): string => `/v1/policies/${encodeURIComponent(name)}`

export async function listPolicies(desk: Desk): Promise<PolicyOut[]> {
  return (await desk.api.get<Listed<PolicyOut>>('/v1/policies', { limit: '200' })).data
}

export const readPolicy = (desk: Desk): Promise<PolicyOut> =>
  desk.api.get<PolicyOut>(`/v1/policies/${desk.params['name']}`)

/** Null: that API has none. */
export async function findPolicy(desk: Desk, name: string): Promise<PolicyOut | null> {
  try {
    return await desk.api.get<PolicyOut>(routeOf(name))
  } catch (error) {
    if (error instanceof Problem && error.code === 'not_found') return null
    throw error
  }
}

export function crumbsTo(policy?: { name: string; title: string }): Screen['crumbs'] {
  const list = { text: say('policies.title'), href: listPath }
  return policy ? [list, { text: policy.title, href: pathOfPolicy(policy.name) }] : [list]
}
