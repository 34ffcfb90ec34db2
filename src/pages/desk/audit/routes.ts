/** The console's pages of the audit trail. */
import type { DeskRoute } from '../desk.ts'
import { showEvent } from './detail.ts'
import { exportTrail } from './export.ts'
import { showTrail } from './list.ts'
import { listPath, type AuditPages } from './parts.ts'

export function auditPages(pages: AuditPages): DeskRoute[] {
  return [
    { method: 'GET', path: listPath, handle: (desk) => showTrail(desk, pages) },
    { method: 'GET', path: `${listPath}/export`, handle: exportTrail },
    { method: 'GET', path: `${listPath}/:id`, handle: showEvent },
  ]
}
