/** What ids of a page's objects stand for: looked up in one call each, however many there are. */
import type { OrganizationOut } from '../../organizations/api.ts'
import type { UserOut } from '../../users/api.ts'
import type { Desk } from './desk.ts'
import type { Listed } from './wire.ts'

/** As many as the API looks up at once. */
const most = 200

async function lookUp<T extends { id: string }>(
  desk: Pick<Desk, 'api'>,
  path: string,
  ids: Iterable<string | null>,
): Promise<ReadonlyMap<string, T>> {
  const wanted = [...new Set(ids)].filter((id) => id !== null).slice(0, most)
  if (wanted.length === 0) return new Map()
  const { data } = await desk.api.get<Listed<T>>(path, { ids: wanted.join(','), limit: String(most) })
  return new Map(data.map((one) => [one.id, one]))
}

export async function organizationNames(
  desk: Pick<Desk, 'api'>,
  ids: Iterable<string | null>,
): Promise<ReadonlyMap<string, string>> {
  const found = await lookUp<OrganizationOut>(desk, '/v1/organizations', ids)
  return new Map([...found].map(([id, { name }]) => [id, name]))
}

/** By their addresses, which tell people apart where names don't. */
export async function personEmails(
  desk: Pick<Desk, 'api'>,
  ids: Iterable<string | null>,
): Promise<ReadonlyMap<string, string>> {
  const found = await lookUp<UserOut>(desk, '/v1/users', ids)
  return new Map([...found].map(([id, { email }]) => [id, email]))
}

export async function clientNames(
  desk: Pick<Desk, 'api'>,
  ids: Iterable<string | null>,
): Promise<ReadonlyMap<string, string>> {
  const found = await lookUp<{ id: string; client_name: string }>(desk, '/v1/clients', ids)
  return new Map([...found].map(([id, { client_name }]) => [id, client_name]))
}
