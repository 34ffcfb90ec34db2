/** `npm run bench:check`: check and verify, beside the least that any server takes for the same question. */
import { parseArgs } from 'node:util'
import { barrage, type Question } from './support/barrage.ts'
import { addSubjects, checkedApis, gatewayKey, prepareCheckData } from './support/check-data.ts'
import { issueTokens, openBaseServer } from './support/check-servers.ts'
import { coldLooks } from './support/cold-looks.ts'
import { openServer, secretKey } from './support/keygrant.ts'
import { keyOf, mistyped } from './support/keys.ts'
import { openPostgres } from './support/postgres.ts'
import { canPin, pinGenerator } from './support/processes.ts'
import { everNew, getRequest, inTurns, ofKeys, paths, postRequest, scattered } from './support/questions.ts'
import { openRedis } from './support/redis.ts'
import { comparison, table } from './support/report.ts'
import { interleaved, turn, type Contender } from './support/rounds.ts'
import { beside, signInContender } from './support/sign-ins.ts'
import { baseClient } from './support/target.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    seconds: { type: 'string' },
    /** In the largest table. */
    keys: { type: 'string' },
    /** One section: warm, cold, growth, flood, throttled or sign-ins. */
    only: { type: 'string' },
    /** To see whether it runs: short rounds and few keys. */
    quick: { type: 'boolean', default: false },
    /** Writes a CPU profile of each of our servers into this folder. */
    profile: { type: 'string' },
  },
})
const connections = 32
const many = Number(values.keys ?? (values.quick ? 50_000 : 1_000_000))
const rounds = Number(values.rounds ?? (values.quick ? 3 : 5))
const seconds = Number(values.seconds ?? (values.quick ? 1 : 5))
const nodeArgs = values.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${values.profile}`]
const isWanted = (section: string) => values.only === undefined || values.only === section

const stored = (number: number) => keyOf('stored', number)
const byKey = (path: string) => (key: string) => getRequest(path, { 'x-api-key': key })
const byToken = (path: string) => (token: string) => getRequest(path, { authorization: `Bearer ${token}` })
/** Each from another network, as a gateway tells of its callers. */
const forwarded = (key: string, number: number) =>
  getRequest(paths.check, {
    'x-api-key': key,
    'x-forwarded-for': `10.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`,
  })

await using postgres = await openPostgres()
const options = { rounds, seconds, postgresPid: postgres.pid }
console.log(
  `${rounds} rounds of ${seconds} s, ${connections} connections, ${many} keys, ` +
    (canPin ? 'server and generator on a CPU each' : 'not pinned: taskset is missing, or there is one CPU'),
)

const database = await filled(many)
await addSubjects(database)
// No request is trusted to tell of its caller, so that nothing is read of it: as a gateway on the same host asks.
await using keygrant = await openServer(database, { nodeArgs })
const tokens = await issueTokens(keygrant, database)
pinGenerator()

const check = asking('check', keygrant, inTurns(ofKeys(byKey(paths.check), stored)))
if (isWanted('warm')) await warm()
if (isWanted('cold')) await cold()
if (isWanted('growth')) await growth()
if (isWanted('flood')) await flood()
if (isWanted('throttled')) await throttled()
if (isWanted('sign-ins')) await signIns()

async function filled(keys: number): Promise<string> {
  const url = await postgres.createDatabase()
  await prepareCheckData(url, keys)
  return url
}

function asking(name: string, server: { pid: number; port: number }, question: Question): Contender {
  const load = (time: number) => barrage(server.port, question, { connections, seconds: time })
  return { name, pid: server.pid, load }
}

async function compare(title: string, contenders: readonly Contender[], base: string): Promise<void> {
  for (const contender of contenders) await turn(contender, { ...options, seconds: Math.min(2, seconds) })
  console.log(comparison(title, contenders, await interleaved(contenders, options), base))
}

/** What is in memory already, for each kind of credential and question. */
async function warm(): Promise<void> {
  await using hello = await openBaseServer('hello')
  await using hmac = await openBaseServer('hmac')
  await using koa = await openBaseServer('koa')
  await using select = await openBaseServer('select', [database, secretKey])
  await using introspection = await openBaseServer('introspection')
  await using redis = await openRedis()
  await using withRedis = await openServer(database, { nodeArgs, settings: { REDIS_URL: redis.url } })

  const checks = ofKeys(byKey(paths.check), stored)
  const introspected = JSON.parse(/^\[.*\]$/m.exec(introspection.printed)?.[0] ?? '[]') as string[]
  const basic = `Basic ${Buffer.from(`${baseClient.id}:${baseClient.secret}`).toString('base64')}`
  const form = { authorization: basic, 'content-type': 'application/x-www-form-urlencoded' }
  const json = { 'x-api-key': gatewayKey, 'content-type': 'application/json' }
  const asked = { scopes: [checkedApis.jwt.scope], resource: checkedApis.jwt.identifier }
  const verifies = ofKeys(
    (credential) => postRequest('/v1/keys/verify', json, JSON.stringify({ credential, ...asked })),
    stored,
  )
  const contenders = [
    asking('node:http hello', hello, inTurns(checks)),
    asking('node:http + HMAC + Map', hmac, inTurns(checks)),
    asking('koa + HMAC + Map', koa, inTurns(checks)),
    asking('one SELECT by primary key', select, inTurns(checks)),
    asking(
      'oidc-provider, introspection',
      introspection,
      inTurns(introspected.map((token) => postRequest('/token/introspection', form, `token=${token}`))),
    ),
    check,
    asking('check by stored policy', keygrant, inTurns(ofKeys(byKey(paths.policy), stored))),
    asking('check, JWT', keygrant, inTurns(tokens.jwt.map(byToken(paths.check)))),
    asking('check, opaque token', keygrant, inTurns(tokens.opaque.map(byToken(paths.checkOpaque)))),
    asking('verify', keygrant, inTurns(verifies)),
    { ...asking('check, limits in Redis', withRedis, inTurns(checks)), redisPid: redis.pid },
  ]
  await compare('warm', contenders, 'koa + HMAC + Map')
}

/** Each request another key, more of them than any memory here holds. */
async function cold(): Promise<void> {
  await using select = await openBaseServer('select', [database, secretKey])
  const spread = () => everNew((number) => byKey(paths.check)(stored(scattered(number, many))))
  const contenders = [asking('one SELECT by primary key', select, spread()), asking('check, cold', keygrant, spread())]
  await compare(`cold: ${many} keys, each request another one`, contenders, 'one SELECT by primary key')
}

async function growth(): Promise<void> {
  const small = await filled(10)
  const middle = await filled(10_000)
  await using ten = await openServer(small)
  await using thousands = await openServer(middle)
  const sizes = [
    { name: '10 keys', url: small, server: ten, count: 10 },
    { name: '10000 keys', url: middle, server: thousands, count: 10_000 },
    { name: `${many} keys`, url: database, server: keygrant, count: many },
  ]
  const contenders = sizes.map(({ name, server, count }) =>
    asking(name, server, inTurns(ofKeys(byKey(paths.check), stored, Math.min(count, 500)))),
  )
  await compare('growth, warm', contenders, '10 keys')

  const rows = await coldLooks(
    sizes.map(({ name, url, server, count }) => ({
      name,
      databaseUrl: url,
      port: server.port,
      path: paths.check,
      keyOf: (number) => stored(scattered(number, count)),
    })),
    rounds,
  )
  console.log(table('growth, cold: the first look at a key, one after the other', rows))
}

/** Unknown keys from everywhere, as behind a gateway that tells of its callers. */
async function flood(): Promise<void> {
  await using server = await openServer(database, { nodeArgs, settings: { TRUSTED_PROXIES: '127.0.0.1' } })
  const numbered = (key: (number: number) => string) =>
    Array.from({ length: 500 }, (_, number) => forwarded(key(number), number))
  const unknown = (number: number) => keyOf('unknown', number)
  const contenders = [
    asking('warm', server, inTurns(numbered(stored))),
    asking('the same 500 unknown keys', server, inTurns(numbered(unknown), [401])),
    asking(
      'unknown keys, each a new one',
      server,
      everNew((number) => forwarded(keyOf('new', number), number), [401]),
    ),
    asking(
      'mistyped keys',
      server,
      inTurns(
        numbered((number) => mistyped(stored(number))),
        [401],
      ),
    ),
  ]
  await compare('flood, each request from another network', contenders, 'warm')
}

/** The same from one network, which is held up. */
async function throttled(): Promise<void> {
  const one = byKey(paths.check)
  const contenders = [
    check,
    asking(
      'the same 500 unknown keys',
      keygrant,
      inTurns(
        ofKeys(one, (number) => keyOf('unknown', number)),
        [401, 429],
      ),
    ),
    asking(
      'unknown keys, each a new one',
      keygrant,
      everNew((number) => one(keyOf('new', number)), [401, 429]),
    ),
    asking(
      'mistyped keys',
      keygrant,
      inTurns(
        ofKeys(one, (number) => mistyped(stored(number))),
        [401],
      ),
    ),
  ]
  await compare('flood from one network', contenders, 'check')
}

/** People sign in as fast as the server lets them. */
async function signIns(): Promise<void> {
  await using argon = await openBaseServer('argon2')
  const people = await signInContender(keygrant, database)
  const password = getRequest('/', {})
  await compare('password sign-ins', [asking('argon2id, bare', argon, inTurns([password])), people], 'argon2id, bare')
  const meanwhile = { ...check, name: 'check while people sign in', load: beside(check.load, people.load) }
  await compare('checks beside sign-ins', [check, meanwhile], 'check')
}
