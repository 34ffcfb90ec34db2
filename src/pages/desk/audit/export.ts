/** The trail as it is filtered, whole, as a file of lines: what an archive or another program takes. */
import { linesOf, linesType } from '../../../http/api/lines.ts'
import type { Desk } from '../desk.ts'
import { filterOf, queryOf } from './parts.ts'

export async function exportTrail(desk: Desk): Promise<void> {
  const blocks = await desk.api.lines('/v1/audit-events', queryOf(filterOf(desk)))
  const day = desk.now.toISOString().slice(0, 10)
  desk.ctx.status = 200
  desk.ctx.type = linesType
  desk.ctx.set('cache-control', 'no-store')
  desk.ctx.set('content-disposition', `attachment; filename="audit-${day}.ndjson"`)
  desk.ctx.body = linesOf(blocks)
}
