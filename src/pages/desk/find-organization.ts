/** The organization that an administrator names in a form: by its id, its external id, or how its name begins. */
import { input, say } from '../../http/screen-parts.ts'
import type { Fault, Field, Text } from '../../http/screen.ts'
import { Problem } from '../../http/problem.ts'
import type { OrganizationOut } from '../../organizations/api.ts'
import type { Desk } from './desk.ts'
import type { Listed } from './wire.ts'

export type FoundOrganization = { ok: true; organization: OrganizationOut } | { ok: false; fault: Fault }

export function organizationField(
  name: string,
  value: string,
  { label = say('key.organization'), hint, required }: { label?: Text; hint: Text; required: boolean },
): Field {
  return input(name, { label, hint, value, required })
}

/** Some that a beginning may mean; more of them help nobody. */
const most = '5'
const longestName = 120

export async function findOrganization(desk: Desk, field: string): Promise<FoundOrganization> {
  const typed = desk.typed(field)
  const fault = (text: Text): FoundOrganization => ({ ok: false, fault: { field, text } })
  if (typed.startsWith('org_')) {
    const found = await byId(desk, typed)
    return found ? { ok: true, organization: found } : fault(say('organization.find.none'))
  }
  if (typed === '' || typed.length > longestName) return fault(say('organization.find.none'))
  const list = (query: Record<string, string>) =>
    desk.api.get<Listed<OrganizationOut>>('/v1/organizations', { ...query, limit: most })
  const [known, named] = await Promise.all([list({ external_id: typed }), list({ q: typed })])
  const exact = known.data[0] ?? only(named.data.filter(({ name }) => name === typed)) ?? only(named.data)
  if (exact) return { ok: true, organization: exact }
  if (named.data.length === 0) return fault(say('organization.find.none'))
  const meant = named.data.map(({ id, name }) => `${name} (${id})`).join(', ')
  return fault(say('organization.find.several', { organizations: meant }))
}

const only = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined)

async function byId(desk: Desk, id: string): Promise<OrganizationOut | null> {
  try {
    return await desk.api.get<OrganizationOut>(`/v1/organizations/${encodeURIComponent(id)}`)
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null
    throw error
  }
}
