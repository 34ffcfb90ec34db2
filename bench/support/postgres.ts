/** Databases to measure on: of `BENCH_DATABASE_URL`, or of an embedded Postgres of the bench's own. Durable as by default. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../src/platform/database-connection.ts'
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts'
import { createLog } from '../../src/platform/log.ts'

export interface Postgres extends AsyncDisposable {
  /** An empty database; it goes with this. */
  createDatabase(): Promise<string>
  /** Null if it doesn't run on this machine. */
  pid: number | null
}

export async function openPostgres(): Promise<Postgres> {
  await using opening = new AsyncDisposableStack()
  const given = process.env['BENCH_DATABASE_URL']
  const server = given ?? (await embedded(opening))
  const admin = opening.use(await connect(server, 'bench'))
  const { rows } = await admin.query<{ fsync: string; commit: string; port: string }>(
    `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
  )
  if (rows[0]?.fsync !== 'on' || rows[0].commit !== 'on') throw new Error('Postgres must be durable to be measured')

  const made: string[] = []
  opening.defer(async () => {
    for (const name of made) await admin.query(`DROP DATABASE ${name} WITH (FORCE)`)
  })
  const pid = await postmasterOf(admin)
  const open = opening.move()
  return {
    pid,
    async createDatabase() {
      const name = `keygrant_bench_${crypto.randomUUID().slice(0, 8)}`
      await admin.query(`CREATE DATABASE ${name} TEMPLATE template0`)
      made.push(name)
      const url = new URL(server)
      url.pathname = `/${name}`
      return url.href
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

async function embedded(opening: AsyncDisposableStack): Promise<string> {
  const dataDir = await temporaryFolder(opening)
  return opening.use(await openEmbeddedDatabase({ dataDir, log: createLog('warn') })).url
}

export async function temporaryFolder(opening: AsyncDisposableStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'keygrant-bench-'))
  opening.defer(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** The process that all others of this Postgres descend from, if we may see it. */
async function postmasterOf(admin: Awaited<ReturnType<typeof connect>>): Promise<number | null> {
  try {
    const { rows } = await admin.query<{ pid: string }>(
      `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1) AS pid WHERE inet_server_addr() <<= '127.0.0.0/8'`,
    )
    return rows[0] ? Number(rows[0].pid) : null
  } catch {
    return null
  }
}
