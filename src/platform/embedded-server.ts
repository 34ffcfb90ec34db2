/** Runs the programs of Postgres: makes a cluster, starts the server on it, stops it. */
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { readdir, readFile, rename, rm } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { EmbeddedDatabaseError } from './embedded-error.ts'
import { endPostgres } from './embedded-owner.ts'
import type { Account } from './embedded-account.ts'
import type { Log } from './log.ts'

export const USER = 'keygrant'
export const DATABASE = 'keygrant'

/** What a person's trial and a developer's machine need: few processes, little memory, full durability (Postgres' default). */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  timezone: 'UTC',
  log_timezone: 'UTC',
  shared_buffers: '64MB',
  max_connections: '200',
  jit: 'off',
  io_method: 'sync',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '256MB',
  max_logical_replication_workers: '0',
  max_parallel_workers_per_gather: '0',
  // The driver reports every fault with its statement to the one who asked; in the log, values could be secrets.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
}

/**
 * Postgres must not outlive us, whatever ends us. This shell holds the other end of a pipe from us: when that closes, by
 * our wish or by our death, it asks Postgres for a fast shutdown.
 */
const GUARD = `
exec 3<&0
"$@" 3<&- </dev/null &
postgres=$!
(read -r _ <&3; kill -INT "$postgres" 2>/dev/null) &
watch=$!
exec 3<&-
wait "$postgres"
status=$?
kill "$watch" 2>/dev/null
exit "$status"
`

export interface Programs {
  /** Holds `bin`, `lib` and `share`. */
  folder: string
  account: Account | null
}

export interface RunningServer {
  port: number
  exited: Promise<void>
  stop(): Promise<void>
}

/** Nothing of our environment is the database's business, and the language of its messages is ours to read. */
const environment = { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }
const spawnOptions = ({ account }: Programs) => ({ cwd: '/', env: environment, ...account })

/** Makes the cluster under a name of its own and renames it, so that one that was interrupted is never taken for a database. */
export async function createCluster(programs: Programs, cluster: string, passwordFile: string): Promise<void> {
  const home = dirname(cluster)
  const unfinished = (await readdir(home)).filter((name) => name.startsWith(`${basename(cluster)}.new-`))
  // A program of the one that was killed may still be writing there, for a moment.
  const patiently = { recursive: true, force: true, maxRetries: 10, retryDelay: 100 }
  await Promise.all(unfinished.map((name) => rm(join(home, name), patiently)))
  // Never a name that was used: the program of a killed server may still be at work on that.
  const made = `${cluster}.new-${randomBytes(4).toString('hex')}`
  await runProgram(programs, 'initdb', [
    `--pgdata=${made}`,
    `--username=${USER}`,
    '--auth=scram-sha-256',
    `--pwfile=${passwordFile}`,
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
  ])
  await runProgram(programs, 'postgres', ['--single', '-D', made, 'template1'], `CREATE DATABASE ${DATABASE}\n`)
  await rename(made, cluster)
}

/** Refuses a cluster of another major version, which needs a dump and a restore. */
export async function checkVersion(programs: Programs, cluster: string): Promise<void> {
  const [made, output] = await Promise.all([
    readFile(join(cluster, 'PG_VERSION'), 'utf8'),
    runProgram(programs, 'postgres', ['--version']),
  ])
  const installed = /(\d+)/.exec(output)?.[1]
  if (made.trim() !== installed) {
    throw new EmbeddedDatabaseError(
      `The database in ${cluster} was made by Postgres ${made.trim()} and this installation brings ${installed}. Dump it with the ` +
        `version of Keygrant that made it and restore it into this one, or set DATABASE_URL.`,
    )
  }
}

export async function startServer(
  programs: Programs,
  cluster: string,
  options: { port: number; settings: Record<string, string>; log: Log },
): Promise<RunningServer> {
  const { port, settings, log } = options
  const flags = Object.entries({ ...SETTINGS, ...settings, port: String(port) }).flatMap(([name, value]) => [
    '-c',
    `${name}=${value}`,
  ])
  const command = [join(programs.folder, 'bin/postgres'), '-D', cluster, ...flags]
  const child = spawn('/bin/sh', ['-c', GUARD, 'keygrant-postgres', ...command], {
    ...spawnOptions(programs),
    // A session of its own: Ctrl-C in the terminal must reach us alone, who drain first.
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit').then(() => undefined)
  child.stdin.on('error', () => undefined)

  const said: string[] = []
  const ready = new Promise<boolean>((resolve) => {
    const lines = createInterface({ input: child.stderr })
    lines.on('line', (line) => {
      log.debug({ postgres: line })
      if (said.length < 20) said.push(line)
      if (line.includes('database system is ready to accept connections')) resolve(true)
    })
    void exited.then(() => resolve(false))
  })
  if (!(await ready)) throw new EmbeddedDatabaseError(`The embedded Postgres did not start:\n${said.join('\n')}`)

  return {
    port,
    exited,
    async stop() {
      child.stdin.end()
      const patience = new AbortController()
      const late = delay(2_000, true, { signal: patience.signal }).catch(() => false)
      if (await Promise.race([late, exited])) {
        const pid = Number.parseInt(await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => ''), 10)
        if (pid > 0) await endPostgres(pid, cluster)
      }
      patience.abort()
      await exited
    },
  }
}

/** A port that is free now; a server that finds it taken a moment later says so. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

function runProgram(programs: Programs, name: string, args: string[], input = ''): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      join(programs.folder, 'bin', name),
      args,
      spawnOptions(programs),
      (cause, stdout, stderr) => {
        if (cause === null) resolve(stdout)
        else
          reject(
            new EmbeddedDatabaseError(`${name} of the embedded Postgres failed: ${stderr.trim() || cause.message}`, {
              cause,
            }),
          )
      },
    )
    // One that ends without reading says so by its exit code, if it minds.
    child.stdin?.on('error', () => undefined).end(input)
  })
}
