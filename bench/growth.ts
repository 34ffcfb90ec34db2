/** `npm run bench:growth`: a code flow beside 50,000 expired rows of every kind, against one in an almost empty database. */
import { parseArgs } from 'node:util'
import { addExpired } from './support/expired.ts'
import { flowContender } from './support/flow-contender.ts'
import { openKeygrant } from './support/keygrant.ts'
import { codeFlow } from './support/operations.ts'
import { openPostgres } from './support/postgres.ts'
import { pinGenerator } from './support/processes.ts'
import { comparison } from './support/report.ts'
import { interleaved, turn } from './support/rounds.ts'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
  },
})

await using postgres = await openPostgres()
const grown = await postgres.createDatabase()
await using full = await openKeygrant(`${values.rows} expired of each kind`, grown)
await addExpired(grown, Number(values.rows))
await using empty = await openKeygrant('almost empty', await postgres.createDatabase())
pinGenerator()
const contenders = [full, empty].map((target) => flowContender(target, codeFlow))
const options = { rounds: Number(values.rounds), seconds: Number(values.seconds), postgresPid: postgres.pid }
for (const contender of contenders) await turn(contender, { ...options, seconds: 3 })
console.log(comparison('code flow', contenders, await interleaved(contenders, options), empty.name))
