/** A Redis for limits, as Debian ships it, with nothing on disk. */
import { join } from 'node:path'
import { freePort } from '../../src/platform/embedded-server.ts'
import { firstConnection } from './first-answer.ts'
import { temporaryFolder } from './postgres.ts'
import { startProgram, type Measured } from './processes.ts'

export interface Redis extends Measured {
  url: string
}

/** `REDIS_SERVER` names a program other than Debian's. */
export async function openRedis(): Promise<Redis> {
  await using opening = new AsyncDisposableStack()
  const folder = await temporaryFolder(opening)
  const port = await freePort()
  const program = process.env['REDIS_SERVER'] ?? '/usr/bin/redis-server'
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder]
  const inMemory = ['--save', '', '--appendonly', 'no', '--maxmemory-policy', 'noeviction']
  const measured = opening.use(
    startProgram([program, ...settings, ...inMemory], { env: {}, logFile: join(folder, 'redis.log') }),
  )
  await firstConnection({ ...measured, port })
  const open = opening.move()
  return { ...measured, url: `redis://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
