/** The base: oidc-provider alone, as a process of its own. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../src/platform/embedded-server.ts'
import { firstAnswer } from './first-answer.ts'
import { temporaryFolder } from './postgres.ts'
import { startNode } from './processes.ts'
import { baseClient, type Target } from './target.ts'

const program = fileURLToPath(new URL('../base-provider.ts', import.meta.url))

export async function openBase(options: { nodeArgs?: readonly string[] } = {}): Promise<Target> {
  await using opening = new AsyncDisposableStack()
  const port = await freePort()
  const logFile = join(await temporaryFolder(opening), 'base.log')
  const measured = opening.use(startNode([...(options.nodeArgs ?? []), program, String(port)], { env: {}, logFile }))
  await firstAnswer({ ...measured, port })
  const cookies = /^\[.*\]$/m.exec(await readFile(logFile, 'utf8'))?.[0] ?? '[]'
  const open = opening.move()
  return {
    name: 'oidc-provider in memory',
    ...measured,
    port,
    authorizePath: '/auth',
    tokenPath: '/token',
    client: baseClient,
    slots: (JSON.parse(cookies) as string[]).map((cookie) => ({ cookie, accessToken: null, refreshToken: null })),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}
