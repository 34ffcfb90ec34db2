/** Writes operations.json anew: `npm run cli:describe`, after a route or a schema of one has changed. */
import { writeFileSync } from 'node:fs'
import { operationsFile } from './describe.ts'
import { routeTable } from './route-table.ts'

writeFileSync(new URL('operations.json', import.meta.url), operationsFile(routeTable()))
