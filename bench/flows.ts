/** `npm run bench:flows`: the code flow, refresh and client credentials, against oidc-provider in memory. */
import { parseArgs } from 'node:util'
import { openBase } from './support/base.ts'
import { flowContender } from './support/flow-contender.ts'
import { openKeygrant } from './support/keygrant.ts'
import { clientCredentials, codeFlow, refresh } from './support/operations.ts'
import { openPostgres } from './support/postgres.ts'
import { canPin, pinGenerator } from './support/processes.ts'
import { comparison } from './support/report.ts'
import { interleaved, turn } from './support/rounds.ts'

const operations = { 'code flow': codeFlow, refresh, 'client credentials': clientCredentials }

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    only: { type: 'string' },
    /** The folder of another version of the program, which is measured beside this one. */
    against: { type: 'string' },
    /** Writes a CPU profile of each server into this folder. */
    profile: { type: 'string' },
  },
})
const nodeArgs = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]

await using postgres = await openPostgres()
await using keygrant = await openKeygrant('keygrant', await postgres.createDatabase(), { nodeArgs })
await using other =
  values.against === undefined
    ? null
    : await openKeygrant('the other version', await postgres.createDatabase(), { nodeArgs, checkout: values.against })
await using base = await openBase({ nodeArgs })
pinGenerator()
const targets = [keygrant, ...(other ? [other] : []), base]
const options = { rounds: Number(values.rounds), seconds: Number(values.seconds), postgresPid: postgres.pid }

console.log(
  `${options.rounds} rounds of ${options.seconds} s, 32 connections, ` +
    (canPin ? 'server and generator on a CPU each' : 'not pinned: taskset is missing, or there is one CPU'),
)
// Every session has its line of refresh tokens after this, and both servers are warm.
for (const target of targets) await turn(flowContender(target, codeFlow), { ...options, seconds: 3 })
for (const [name, operation] of Object.entries(operations)) {
  if (values.only !== undefined && values.only !== name) continue
  const contenders = targets.map((target) => flowContender(target, operation))
  for (const contender of contenders) await turn(contender, { ...options, seconds: 2 })
  console.log(comparison(name, contenders, await interleaved(contenders, options), base.name))
}
