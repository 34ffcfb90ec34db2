/** Where the database is that a command works on: the configured one, the running server's own, or that one started for the while. */
import type { Config } from '../config.ts'
import { openEmbeddedDatabase } from '../platform/embedded-database.ts'
import { findRunningEmbeddedDatabase } from '../platform/embedded-running.ts'
import type { Log } from '../platform/log.ts'

export interface DatabaseAddress extends AsyncDisposable {
  url: string
  /** For what needs a connection of its own: migrations, listening. */
  directUrl: string
  /** `started`: nobody else is using it. */
  kind: 'configured' | 'running' | 'started'
}

export async function openDatabaseAddress(
  config: Pick<Config, 'database' | 'dataDir'>,
  log: Log,
): Promise<DatabaseAddress> {
  const { url, directUrl } = config.database
  if (url !== null)
    return { url, directUrl: directUrl ?? url, kind: 'configured', [Symbol.asyncDispose]: () => Promise.resolve() }

  const running = await findRunningEmbeddedDatabase(config.dataDir)
  if (running !== null) {
    return { url: running, directUrl: running, kind: 'running', [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  const embedded = await openEmbeddedDatabase({ dataDir: config.dataDir, log })
  return {
    url: embedded.url,
    directUrl: embedded.url,
    kind: 'started',
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  }
}
