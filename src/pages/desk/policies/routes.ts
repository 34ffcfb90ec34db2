/** The console's pages of gateway policies. */
import type { DeskRoute } from '../desk.ts'
import { askDeletePolicy, deletePolicy, showPolicy } from './detail.ts'
import { editPolicy, showEdit } from './form.ts'
import { showPolicies } from './list.ts'
import { listPath, type PolicyPages } from './parts.ts'

export function policyPages(pages: PolicyPages): DeskRoute[] {
  const one = `${listPath}/:name`
  return [
    { method: 'GET', path: listPath, handle: showPolicies },
    { method: 'GET', path: one, handle: (desk) => showPolicy(desk, pages) },
    { method: 'GET', path: `${one}/edit`, handle: showEdit },
    { method: 'POST', path: `${one}/edit`, handle: editPolicy },
    { method: 'GET', path: `${one}/delete`, handle: askDeletePolicy },
    { method: 'POST', path: `${one}/delete`, handle: deletePolicy },
  ]
}
