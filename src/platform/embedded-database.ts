/** The Postgres that comes with the program, for the first try and for development: the same database as in production, in the data folder. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { installedPrograms, usablePrograms } from './embedded-binaries.ts'
import { EmbeddedDatabaseError } from './embedded-error.ts'
import { prepareHome } from './embedded-home.ts'
import { claim, endOrphan } from './embedded-owner.ts'
import { checkVersion, createCluster, DATABASE, freePort, startServer, USER } from './embedded-server.ts'
import type { RunningServer } from './embedded-server.ts'
import type { Log } from './log.ts'

export interface EmbeddedDatabase extends AsyncDisposable {
  /** Loopback only, with a random password that rests in the data folder. */
  url: string
  /** There was none before. */
  made: boolean
}

export interface EmbeddedDatabaseOptions {
  /** Absolute; made if missing. One server at a time: another one on the same folder is refused. */
  dataDir: string
  log: Log
  /** Settings of Postgres over our own. */
  settings?: Record<string, string>
  /** The folder with `bin`, `lib` and `share`, if not the installed package's. */
  installed?: string
}

/**
 * Starts the database, making it first if there is none. It ends with this process, even when that is killed, and a
 * server that still runs on the folder without its process is ended first.
 */
export async function openEmbeddedDatabase(options: EmbeddedDatabaseOptions): Promise<EmbeddedDatabase> {
  const { dataDir, log, settings = {}, installed = installedPrograms() } = options
  const home = await prepareHome(dataDir)
  const programs = { account: home.account, folder: await usablePrograms(installed, home.account, home.copies) }
  const cluster = join(home.folder, 'cluster')

  await using opening = new AsyncDisposableStack()
  const claimed = await claim(home.folder)
  opening.defer(() => claimed.release())

  const made = await missing(cluster)
  if (made) {
    log.info({ folder: home.folder }, 'making the embedded database')
    await createCluster(programs, cluster, join(home.folder, 'password'))
  } else {
    await checkVersion(programs, cluster)
  }
  const start = async (port: number) => {
    await endOrphan(cluster, log)
    return startServer(programs, cluster, { port, settings, log })
  }
  const server = await startOnFreePort(start)
  const stop = keepRunning(server, start, log)
  opening.defer(stop)

  const open = opening.move()
  return {
    url: `postgres://${USER}:${home.password}@127.0.0.1:${server.port}/${DATABASE}`,
    made,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** What keeps Postgres from starting now and not in a moment: somebody took the port after we looked, or a killed server lingers. */
const PASSING = ['could not create any TCP/IP sockets', 'is still in use', '"postmaster.pid"']

async function startOnFreePort(start: (port: number) => Promise<RunningServer>): Promise<RunningServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort())
    } catch (error) {
      const passing = error instanceof EmbeddedDatabaseError && PASSING.some((text) => error.message.includes(text))
      if (!passing || attempt === 10) throw error
      await delay(attempt * 50)
    }
  }
}

/** A server that ends without our wish (the machine ran out of memory, say) is started again on the port that everybody knows. */
function keepRunning(
  first: RunningServer,
  restart: (port: number) => Promise<RunningServer>,
  log: Log,
): () => Promise<void> {
  let server = first
  const stopping = new AbortController()
  const kept = (async () => {
    for (;;) {
      await server.exited
      if (stopping.signal.aborted) return
      log.error('the embedded database ended unexpectedly; starting it again')
      server = await restart(first.port).catch(async (err: unknown) => {
        log.error({ err }, 'the embedded database did not start again; trying once more in a second')
        await delay(1_000, undefined, { signal: stopping.signal }).catch(() => undefined)
        return server
      })
      if (stopping.signal.aborted) await server.stop()
    }
  })()
  return async () => {
    stopping.abort()
    await server.stop()
    await kept
  }
}

const missing = (path: string): Promise<boolean> =>
  stat(path).then(
    () => false,
    () => true,
  )
