/** What is deleted takes something away from somebody: said before, with how many it concerns. */
import { say } from '../../../http/screen-parts.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { findPolicy } from '../policies/parts.ts'
import type { KeyOut, Listed } from '../wire.ts'
import { crumbsTo, listPath, pathOfResource, pathOfScope, readResource } from './parts.ts'
import { scopeOf } from './scope-form.ts'

/** As many as the API lists at once: beyond that it is "more than". */
const most = 200

export async function askDeleteResource(desk: Desk): Promise<void> {
  const resource = await readResource(desk)
  const { title, scopes } = resource
  const path = pathOfResource(resource)
  confirmation(desk, {
    title: say('resource.delete.title', { title }),
    text: say('resource.delete.text', { count: scopes.length }),
    crumbs: crumbsTo(resource),
    action: `${path}/delete`,
    submit: say('resource.delete.submit', { title }),
    cancelHref: path,
  })
}

export async function deleteResource(desk: Desk): Promise<void> {
  const { id } = await readResource(desk)
  await desk.api.call('DELETE', `/v1/resources/${id}`)
  desk.done(listPath, 'resource-deleted')
}

export async function askDeleteScope(desk: Desk): Promise<void> {
  const resource = await readResource(desk)
  const { name } = scopeOf(desk, resource)
  const path = pathOfScope(resource, name)
  const [keys, policy] = await Promise.all([
    desk.api.get<Listed<KeyOut>>('/v1/keys', { scope: name, limit: String(most) }),
    findPolicy(desk, resource.name),
  ])
  const routes = (policy?.routes ?? []).filter(({ scopes }) => scopes.includes(name)).length
  confirmation(desk, {
    title: say('resource.scope.delete.title', { name }),
    text: say('resource.scope.delete.text', {
      keys: keys.data.length,
      more: keys.next_cursor === null ? 'no' : 'yes',
      routes,
    }),
    crumbs: [...crumbsTo(resource), { text: name, href: path }],
    action: `${path}/delete`,
    submit: say('resource.scope.delete.submit', { name }),
    cancelHref: path,
  })
}

export async function deleteScope(desk: Desk): Promise<void> {
  const resource = await readResource(desk)
  const { name } = scopeOf(desk, resource)
  await desk.api.call('DELETE', `/v1/resources/${resource.id}/scopes/${encodeURIComponent(name)}`)
  desk.done(pathOfResource(resource), 'scope-deleted')
}
