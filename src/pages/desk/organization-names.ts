/** What organizations are called, for lists that know their ids: those of the person, and in the console everybody's. */
import { Problem } from '../../http/problem.ts'
import type { OrganizationOut } from '../../organizations/api.ts'
import type { Desk } from './desk.ts'

/** One that is gone is called by its id. */
export async function organizationNames(
  desk: Pick<Desk, 'api' | 'belongings'>,
  ids: readonly (string | null)[],
): Promise<(id: string) => string> {
  const names = new Map(desk.belongings.map(({ id, name }) => [id, name]))
  const others = new Set(ids.filter((id): id is string => id !== null && !names.has(id)))
  await Promise.all(
    [...others].map(async (id) => {
      const found = await desk.api.get<OrganizationOut>(`/v1/organizations/${id}`).catch(unlessGone)
      if (found) names.set(id, found.name)
    }),
  )
  return (id) => names.get(id) ?? id
}

function unlessGone(error: unknown): null {
  if (error instanceof Problem && error.status === 404) return null
  throw error
}
