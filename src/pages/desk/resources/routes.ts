/** The console's pages of protected APIs and their scopes. */
import type { DeskRoute } from '../desk.ts'
import { askDeleteResource, askDeleteScope, deleteResource, deleteScope } from './delete.ts'
import { showResource } from './detail.ts'
import { createResource, editResource, showCreate, showEdit } from './form.ts'
import { showResources } from './list.ts'
import { listPath } from './parts.ts'
import { createScope, editScope, showCreateScope, showEditScope } from './scope-form.ts'

export function resourcePages(): DeskRoute[] {
  const one = `${listPath}/:id`
  const scope = `${one}/scopes/:name`
  return [
    { method: 'GET', path: listPath, handle: showResources },
    { method: 'GET', path: `${listPath}/new`, handle: (desk) => showCreate(desk) },
    { method: 'POST', path: `${listPath}/new`, handle: createResource },
    { method: 'GET', path: one, handle: showResource },
    { method: 'GET', path: `${one}/edit`, handle: showEdit },
    { method: 'POST', path: `${one}/edit`, handle: editResource },
    { method: 'GET', path: `${one}/delete`, handle: askDeleteResource },
    { method: 'POST', path: `${one}/delete`, handle: deleteResource },
    { method: 'GET', path: `${one}/new-scope`, handle: showCreateScope },
    { method: 'POST', path: `${one}/new-scope`, handle: createScope },
    { method: 'GET', path: scope, handle: showEditScope },
    { method: 'POST', path: scope, handle: editScope },
    { method: 'GET', path: `${scope}/delete`, handle: askDeleteScope },
    { method: 'POST', path: `${scope}/delete`, handle: deleteScope },
  ]
}
