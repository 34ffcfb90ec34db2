/**
 * `npm run bench:kill`: a server is killed (SIGKILL) again and again while changes are made, and started anew each time.
 * Fails unless each change was made once, the event of each was told at least once and always under the same id, and the
 * audit trail is whole.
 */
import { parseArgs } from 'node:util'
import { createLog } from '../src/platform/log.ts'
import { migrate } from '../src/platform/migrate.ts'
import { surviveKills } from '../test/support/kills.ts'
import { openPostgres } from './support/postgres.ts'
import { table } from './support/report.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '50' }, changes: { type: 'string', default: '1000' } },
})
const [kills, changes] = [Number(values.kills), Number(values.changes)]

await using postgres = await openPostgres()
const databaseUrl = await postgres.createDatabase()
await migrate({ url: databaseUrl, log: createLog('warn') })
const run = await surviveKills({ databaseUrl, kills, changes, patienceMs: 120_000 + kills * 20_000 })
const { made, told, unanswered, startMs, audit } = run

const [names, toldNames] = [new Set(made), new Set(told.map(({ name }) => name))]
const ids = new Set(told.map(({ id }) => id)).size
const lost = [...names].filter((name) => !toldNames.has(name)).length
const starts = startMs.toSorted((a, b) => a - b)
console.log(
  table(`${kills} kills in ${changes} changes`, [
    ['changes made', String(made.length)],
    ['of them made twice', String(made.length - names.size)],
    ['requests without an answer', String(unanswered)],
    ['events told', String(told.length)],
    ['of them told again', String(told.length - ids)],
    ['events lost', String(lost)],
    ['rows of the audit trail', String(audit.rows)],
    ['faults in it', String(audit.faults.length + audit.moreFaults)],
    ['ms from a start to its first answer, median', String(Math.round(starts[Math.floor(starts.length / 2)] ?? 0))],
    ['worst', String(Math.round(starts.at(-1) ?? 0))],
  ]),
)
const whole = audit.faults.length === 0 && audit.waiting === 0
process.exitCode = lost === 0 && names.size === changes && made.length === changes && ids === changes && whole ? 0 : 1
