/**
 * `npm run bench:sdk`: what one decision of the SDK costs in process, beside a bare `jose.jwtVerify` and beside a check over
 * HTTP. All in one process, in turns; the server is another one, on another CPU.
 */
import { parseArgs } from 'node:util'
import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose'
import { createVerifier, type Decide, type Verdict } from '../packages/verify/src/index.ts'
import { barrage } from './support/barrage.ts'
import { checkedApis, gatewayKey, prepareCheckData } from './support/check-data.ts'
import { issueTokens } from './support/check-servers.ts'
import { openServer } from './support/keygrant.ts'
import { keyOf, warmKeys } from './support/keys.ts'
import { openPostgres } from './support/postgres.ts'
import { canPin, cpuSeconds, pinGenerator } from './support/processes.ts'
import { getRequest, inTurns, paths } from './support/questions.ts'
import { table } from './support/report.ts'
import { spread } from './support/rounds.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const resource = checkedApis.jwt.identifier

await using postgres = await openPostgres()
const database = await postgres.createDatabase()
await prepareCheckData(database, warmKeys)
await using server = await openServer(database)
const { jwt } = await issueTokens(server, database)
pinGenerator()

const verifier = createVerifier({ issuer: server.url, apiKey: gatewayKey, resource })
await verifier.ready
const decide = verifier.requireScope(checkedApis.jwt.scope)
const keys = Array.from({ length: warmKeys }, (_, number) => callOf(`Bearer ${keyOf('stored', number)}`))
const tokens = jwt.map((token) => callOf(`Bearer ${token}`))
const keySet = createLocalJWKSet((await (await fetch(`${server.url}/oauth2/jwks`)).json()) as JSONWebKeySet)
const jwtOptions = { issuer: server.url, audience: resource, typ: 'at+jwt' }

interface Contender {
  name: string
  /** Once. */
  run(turn: number): unknown
}

const sdk: readonly Contender[] = [
  { name: 'SDK, API key', run: (turn) => decide(keys[turn % keys.length]!) },
  { name: 'SDK, API key, and the headers of its limits', run: (turn) => withHeaders(keys[turn % keys.length]!) },
  { name: 'SDK, JWT', run: (turn) => decide(tokens[turn % tokens.length]!) },
  { name: 'jose.jwtVerify', run: (turn) => jwtVerify(jwt[turn % jwt.length]!, keySet, jwtOptions) },
]

for (const call of [...keys, ...tokens]) passes(await decide(call))
for (const contender of sdk) await decisions(contender, 0.5)
await checks(1, 0.5)

const inProcess = sdk.map((): Cost[] => [])
const oneByOne: Cost[] = []
const together: Cost[] = []
for (let round = 0; round < rounds; round++) {
  for (const [index, contender] of sdk.entries()) inProcess[index]!.push(await decisions(contender, seconds))
  oneByOne.push(await checks(1, seconds))
  together.push(await checks(32, seconds))
}
await verifier.close()

console.log(
  `${rounds} rounds of ${seconds} s, ${warmKeys} keys, ${jwt.length} tokens, ` +
    (canPin ? 'server and asker on a CPU each' : 'not pinned: taskset is missing, or there is one CPU'),
)
console.log(
  table('one warm decision', [
    ['', 'µs', '(least–greatest)', '× jose', 'µs CPU here', '× jose', 'of the server'],
    ...sdk.map(({ name }, index) => row(name, inProcess[index]!)),
    row('GET /v1/check, one after the other', oneByOne),
    row('GET /v1/check, 32 at once', together),
  ]),
)

/** Of one call, in microseconds. */
interface Cost {
  time: number
  /** Of this process, with what is gathered and told beside the call. */
  cpu: number
  server: number
}

function row(name: string, costs: readonly Cost[]): string[] {
  const bare = inProcess[sdk.findIndex((contender) => contender.name === 'jose.jwtVerify')]!
  const middle = (figure: (cost: Cost) => number) => spread(costs.map(figure)).median
  const ratio = (figure: (cost: Cost) => number) =>
    spread(costs.map((cost, round) => figure(cost) / figure(bare[round]!))).median.toFixed(3)
  const { least, greatest } = spread(costs.map(({ time }) => time))
  return [
    name,
    middle(({ time }) => time).toFixed(2),
    `(${least.toFixed(2)}–${greatest.toFixed(2)})`,
    ratio(({ time }) => time),
    middle(({ cpu }) => cpu).toFixed(2),
    ratio(({ cpu }) => cpu),
    middle(({ server: own }) => own).toFixed(2),
  ]
}

function callOf(authorization: string) {
  const headers = { host: 'api.example.com', accept: '*/*', authorization }
  return { headers, rawHeaders: Object.entries(headers).flat(), ip: '192.0.2.1' }
}

function withHeaders(call: Parameters<Decide>[0]): Verdict | Promise<Verdict> {
  const verdict = decide(call)
  if (!(verdict instanceof Promise)) verdict.headers()
  return verdict
}

function passes(verdict: Verdict): void {
  if (!verdict.allowed) throw new Error(`a call was refused: ${verdict.code}`)
}

async function decisions({ run }: Contender, forSeconds: number): Promise<Cost> {
  return measured(async (end) => {
    let turn = 0
    while (performance.now() < end) {
      for (const last = turn + 500; turn < last; turn++) {
        const done = run(turn)
        if (done instanceof Promise) await done
      }
      // A server has turns in which it reads and writes.
      await new Promise((resolve) => setImmediate(resolve))
    }
    return { count: turn }
  }, forSeconds)
}

/** One after the other, `time` is that until the answer; of many at once, what is left of a second for each. */
async function checks(connections: number, forSeconds: number): Promise<Cost> {
  const requests = Array.from({ length: warmKeys }, (_, number) =>
    getRequest(paths.check, { 'x-api-key': keyOf('stored', number) }),
  )
  return measured(() => barrage(server.port, inTurns(requests), { connections, seconds: forSeconds }), forSeconds)
}

async function measured(work: (end: number) => Promise<{ count: number }>, forSeconds: number): Promise<Cost> {
  const begin = performance.now()
  const before = { own: process.cpuUsage(), server: cpuSeconds(server.pid) }
  const { count } = await work(begin + forSeconds * 1000)
  const { user, system } = process.cpuUsage(before.own)
  return {
    time: ((performance.now() - begin) * 1000) / count,
    cpu: (user + system) / count,
    server: ((cpuSeconds(server.pid) - before.server) * 1e6) / count,
  }
}
