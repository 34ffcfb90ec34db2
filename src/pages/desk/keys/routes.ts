/** The pages of API keys: a person's own in the account, everybody's in the console. */
import type { DeskRoute } from '../desk.ts'
import { showKeyPage } from './detail.ts'
import { editKey, showEdit } from './edit.ts'
import { issueKey, showIssue } from './issue.ts'
import { listKeys } from './list.ts'
import type { KeyPages } from './parts.ts'
import { askRevoke, revokeKey } from './revoke.ts'
import { rotateKey, showRotate } from './rotate.ts'

export function keyPages(pages: KeyPages): DeskRoute[] {
  const path = `${pages.base}/keys`
  return [
    { method: 'GET', path, handle: (desk) => listKeys(desk, pages) },
    { method: 'GET', path: `${path}/new`, handle: (desk) => showIssue(desk, pages) },
    { method: 'POST', path: `${path}/new`, handle: (desk) => issueKey(desk, pages) },
    { method: 'GET', path: `${path}/:id`, handle: (desk) => showKeyPage(desk, pages) },
    { method: 'GET', path: `${path}/:id/edit`, handle: (desk) => showEdit(desk, pages) },
    { method: 'POST', path: `${path}/:id/edit`, handle: (desk) => editKey(desk, pages) },
    { method: 'GET', path: `${path}/:id/rotate`, handle: (desk) => showRotate(desk, pages) },
    { method: 'POST', path: `${path}/:id/rotate`, handle: (desk) => rotateKey(desk, pages) },
    { method: 'GET', path: `${path}/:id/revoke`, handle: (desk) => askRevoke(desk, pages) },
    { method: 'POST', path: `${path}/:id/revoke`, handle: (desk) => revokeKey(desk, pages) },
  ]
}
