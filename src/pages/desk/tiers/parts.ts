/** What the console's pages of tiers share. */
import { say } from '../../../http/screen-parts.ts'
import type { Screen } from '../../../http/screen.ts'
import type { TierInput } from '../../../limits/schema.ts'
import type { Desk } from '../desk.ts'
import type { Listed } from '../wire.ts'

export const listPath = '/admin/tiers'
/** No tier's page is there, whatever a tier is called: `new` is a name like any other. */
export const createPath = `${listPath}/new/form`

export type TierOut = TierInput & { name: string; created_at: string; updated_at: string }

/** In the order of what they allow, the smallest first. */
export async function listTiers(desk: Pick<Desk, 'api'>): Promise<TierOut[]> {
  const { data } = await desk.api.get<Listed<TierOut>>('/v1/tiers', { limit: '200' })
  return data.toSorted((a, b) => hourOf(a) - hourOf(b))
}

const hourOf = ({ hour }: TierOut): number => (hour === 'unlimited' ? Infinity : hour)

export const routeOfTier = (name: string): string => `/v1/tiers/${encodeURIComponent(name)}`

export const readTier = (desk: Desk): Promise<TierOut> => desk.api.get<TierOut>(`/v1/tiers/${desk.params['name']}`)

export const pathOfTier = ({ name }: Pick<TierOut, 'name'>): string => `${listPath}/${encodeURIComponent(name)}`

export function crumbsTo(tier?: Pick<TierOut, 'name'>): Screen['crumbs'] {
  const list = { text: say('tiers.title'), href: listPath }
  return tier ? [list, { text: tier.name, href: pathOfTier(tier) }] : [list]
}
