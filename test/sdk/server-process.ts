/** The server as a process of its own, to be killed, held up and started again beneath those who ask it. */
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/platform/clock.ts'
import { openDatabase } from '../../src/platform/database.ts'
import { createLog } from '../../src/platform/log.ts'
import { createSecrets } from '../../src/platform/secrets.ts'
import type { Stage } from '../support/api.ts'
import { createTestDatabase } from '../support/database.ts'
import { eventually } from '../support/eventually.ts'
import { nodeEnvironment } from '../support/node-environment.ts'
import { testSecretKey } from '../support/secret-key.ts'
import { freePort } from '../support/server.ts'

export interface ServerProcess extends Stage, AsyncDisposable {
  url: string
  /** Resolves when it answers. */
  start(): Promise<void>
  /** At once, without an end of anything. */
  kill(): Promise<void>
  /** It takes connections, and answers nothing. */
  holdUp(): void
  goOn(): void
}

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url))

/** Not started yet. Always at the same address, on the same database. */
export async function openServerProcess(): Promise<ServerProcess> {
  await using opening = new AsyncDisposableStack()
  const { url: databaseUrl } = opening.use(await createTestDatabase())
  const dataDir = await mkdtemp(join(tmpdir(), 'keygrant-process-'))
  opening.defer(() => rm(dataDir, { recursive: true, force: true }))
  const { prisma: db } = opening.use(openDatabase({ url: databaseUrl, poolSize: 2, log: createLog('silent') }))
  const port = await freePort()
  const url = `http://localhost:${port}`
  const env = {
    ...nodeEnvironment(),
    PUBLIC_URL: url,
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    SECRET_KEY: testSecretKey,
  }
  let running: ChildProcess | null = null

  async function kill(): Promise<void> {
    const child = running
    running = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  opening.defer(kill)
  const open = opening.move()
  return {
    db,
    secrets: createSecrets([testSecretKey]),
    clock: systemClock,
    url,
    async start() {
      running = spawn(process.execPath, [main], { env, stdio: 'ignore' })
      await eventually(async () => {
        if (!(await fetch(`${url}/health/ready`)).ok) throw new Error('it is not ready yet')
      })
    },
    kill,
    holdUp: () => void running?.kill('SIGSTOP'),
    goOn: () => void running?.kill('SIGCONT'),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
