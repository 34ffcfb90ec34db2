/** The servers that checks are measured on: ours on databases of several sizes, and the bases beside it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openDatabase } from '../../src/platform/database.ts'
import { freePort } from '../../src/platform/embedded-server.ts'
import { createLog } from '../../src/platform/log.ts'
import { boundlessTier, checkedApis } from './check-data.ts'
import { firstConnection } from './first-answer.ts'
import { addSessions, flowPaths, type KeygrantServer } from './keygrant.ts'
import { closedLoop } from './load.ts'
import { codeFlow } from './operations.ts'
import { temporaryFolder } from './postgres.ts'
import { startNode, type Measured } from './processes.ts'
import type { ProtectedApi, Target } from './target.ts'

export interface BaseServer extends Measured {
  port: number
  /** What it printed before it took connections. */
  printed: string
}

/** `bench/base-<name>.ts` */
export async function openBaseServer(name: string, args: readonly string[] = []): Promise<BaseServer> {
  await using opening = new AsyncDisposableStack()
  const port = await freePort()
  const logFile = join(await temporaryFolder(opening), 'base.log')
  const program = fileURLToPath(new URL(`../base-${name}.ts`, import.meta.url))
  const measured = opening.use(startNode([program, String(port), ...args], { env: {}, logFile }))
  await firstConnection({ ...measured, port })
  const printed = await readFile(logFile, 'utf8')
  const open = opening.move()
  return { ...measured, port, printed, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

export interface IssuedTokens {
  jwt: string[]
  opaque: string[]
}

/** 64 access tokens of each format, of 64 people. */
export async function issueTokens(server: KeygrantServer, databaseUrl: string): Promise<IssuedTokens> {
  const target = await openFlows(server, databaseUrl)
  return { jwt: await tokensOf(target, checkedApis.jwt), opaque: await tokensOf(target, checkedApis.opaque) }
}

/** People who are signed in and have consented, for code flows at this server. */
export async function openFlows(server: KeygrantServer, databaseUrl: string, people?: number): Promise<Target> {
  await using database = openDatabase({ url: databaseUrl, poolSize: 2, log: createLog('warn') })
  const sessions = await addSessions(database, server.url, Object.values(checkedApis), people)
  await database.pool.query('UPDATE clients SET tier = $1 WHERE id = $2', [boundlessTier, sessions.client.id])
  return { ...server, ...flowPaths, ...sessions, name: server.url }
}

async function tokensOf(target: Target, api: ProtectedApi): Promise<string[]> {
  const { slots } = target
  await closedLoop(target.port, slots, codeFlow(target, api), { connections: slots.length, count: slots.length })
  return slots.map(({ accessToken }) => accessToken ?? '')
}
