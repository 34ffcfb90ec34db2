import { barrage } from './support/barrage.ts'
import { addSubjects, prepareCheckData, gatewayKey, checkedApis } from './support/check-data.ts'
import { openBaseServer, issueTokens } from './support/check-servers.ts'
import { openServer } from './support/keygrant.ts'
import { keyOf } from './support/keys.ts'
import { openPostgres } from './support/postgres.ts'
import { pinGenerator } from './support/processes.ts'
import { getRequest, postRequest, inTurns, ofKeys, paths } from './support/questions.ts'
const what = process.argv[2] ?? 'check'
const profile = process.argv[3]
await using postgres = await openPostgres()
const url = await postgres.createDatabase()
await prepareCheckData(url, 2000)
await addSubjects(url)
await using keygrant = await openServer(url, { nodeArgs: profile ? ['--cpu-prof', `--cpu-prof-dir=${profile}`] : [] })
await using koa = await openBaseServer('koa')
const tokens = await issueTokens(keygrant, url)
pinGenerator()
const stored = (n: number) => keyOf('stored', n)
const checks = ofKeys((key) => getRequest(paths.check, { 'x-api-key': key }), stored)
const json = { 'x-api-key': gatewayKey, 'content-type': 'application/json' }
const asked = { scopes: [checkedApis.jwt.scope], resource: checkedApis.jwt.identifier }
const verifies = ofKeys(
  (credential) => postRequest('/v1/keys/verify', json, JSON.stringify({ credential, ...asked })),
  stored,
)
const jwts = tokens.jwt.map((t) => getRequest(paths.check, { authorization: `Bearer ${t}` }))
const q = inTurns(what === 'verify' ? verifies : what === 'jwt' ? jwts : checks)
const base = inTurns(checks)
import { readFileSync } from 'node:fs'
const cpu = (pid: number) => {
  const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')
  return (Number(f[13]) + Number(f[14])) * 10000
}
await barrage(keygrant.port, q, { connections: 32, seconds: 2 })
await barrage(koa.port, base, { connections: 32, seconds: 2 })
for (let i = 0; i < 4; i++) {
  const k0 = cpu(koa.pid)
  const a = await barrage(koa.port, base, { connections: 32, seconds: profile ? 0.1 : 1.5 })
  const k1 = cpu(koa.pid)
  const b0 = cpu(keygrant.pid)
  const b = await barrage(keygrant.port, q, { connections: 32, seconds: 2 })
  const b1 = cpu(keygrant.pid)
  console.log(
    what,
    'rate',
    (b.perSecond / a.perSecond).toFixed(2),
    'cpu us: koa',
    ((k1 - k0) / a.count).toFixed(1),
    'ours',
    ((b1 - b0) / b.count).toFixed(1),
    'cpu ratio',
    ((k1 - k0) / a.count / ((b1 - b0) / b.count)).toFixed(2),
    Math.round(b.perSecond),
  )
}
