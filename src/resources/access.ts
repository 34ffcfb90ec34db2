/** Who may see and change resources over HTTP, and what the others are told. */
import type { Principal, Reach } from '../http/api/principal.ts'
import { Problem } from '../http/problem.ts'
import type { Db, Tx } from '../platform/database.ts'
import type { Taken } from './change.ts'
import type { Resource, Scope } from './resource.ts'
import { listResources } from './store.ts'
import { visibleScopes } from './visible.ts'

/** @throws {Problem} `forbidden`: resources and their scopes belong to the platform, and to no organization */
export function demandAdministrator(reach: Reach): void {
  if (reach === 'everything') return
  throw new Problem('forbidden', {
    detail: 'Changing resources and scopes is for administrators, with a credential that has the admin: scope.',
  })
}

export function conflict({ what, by, value }: Taken): Problem {
  return new Problem('conflict', { detail: `The ${what} ${value} is taken, by the resource ${by}.` })
}

/** By id or name, for who sees it. @throws {Problem} `not_found` */
export async function findVisible(
  db: Db,
  builtIn: Resource,
  idOrName: string,
  principal: Principal,
  reach: Reach,
): Promise<{ resource: Resource; scopes: readonly Scope[] }> {
  const resource = isCalled(builtIn, idOrName)
    ? builtIn
    : (await listResources(db)).find((one) => isCalled(one, idOrName))
  const scopes = resource && visibleScopes(principal, reach, resource)
  if (!resource || !scopes) throw new Problem('not_found')
  return { resource, scopes }
}

/** By id or name, to be changed. @throws {Problem} `not_found`, or `forbidden` for the management API */
export async function findRegistered(tx: Tx, builtIn: Resource, idOrName: string): Promise<Resource> {
  if (isCalled(builtIn, idOrName)) {
    throw new Problem('forbidden', { detail: 'The management API and its scopes are what they are.' })
  }
  const resource = (await listResources(tx)).find((one) => isCalled(one, idOrName))
  if (!resource) throw new Problem('not_found')
  return resource
}

const isCalled = ({ id, name }: Resource, idOrName: string): boolean => id === idOrName || name === idOrName
