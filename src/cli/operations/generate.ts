/** Writes operations.json and the reference in docs/cli.md anew: `npm run cli:describe`, after a route or a verb has changed. */
import { readFileSync, writeFileSync } from 'node:fs'
import { operationsFile } from './describe.ts'
import { routeTable } from './route-table.ts'

writeFileSync(new URL('operations.json', import.meta.url), operationsFile(routeTable()))

// Not before: the program is made of what was just written.
const { createProgram } = await import('../program.ts')
const { createSession } = await import('../session.ts')
const { nouns } = await import('../nouns/nouns.ts')
const { withReference } = await import('../reference.ts')
const guide = new URL('../../../docs/cli.md', import.meta.url)
const program = createProgram(createSession(process), process)
writeFileSync(guide, withReference(readFileSync(guide, 'utf8'), program, nouns))
