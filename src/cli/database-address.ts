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
  if (embedded.made) process.stderr.write(newDatabase(config.dataDir))
  return {
    url: embedded.url,
    directUrl: embedded.url,
    kind: 'started',
    [Symbol.asyncDispose]: () => embedded[Symbol.asyncDispose](),
  }
}

/** Whoever stands in the wrong folder would take it for theirs, and wonder where everything has gone. */
const newDatabase = (dataDir: string): string => `\
There was no database in ${dataDir}: a new, empty one was made there.
If yours is elsewhere, say where: DATA_DIR=<its folder> or DATABASE_URL=<its address>; for a server elsewhere KEYGRANT_URL and KEYGRANT_API_KEY.
`
