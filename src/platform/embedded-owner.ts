/** One server per data folder: who holds it, and what a server that was killed may have left running. */
import { execFile } from 'node:child_process'
import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { EmbeddedDatabaseError } from './embedded-error.ts'
import type { Log } from './log.ts'

interface Process {
  /** When it was started: numbers are used again, and after a restart of a container almost surely so. */
  started: string
  command: string
}

const run = promisify(execFile)

/** The process of this number, unless it has ended. */
export async function findProcess(pid: number): Promise<Process | null> {
  try {
    if (process.platform !== 'linux') {
      const { stdout } = await run('ps', ['-p', String(pid), '-o', 'lstart=,command='])
      return { started: stdout.slice(0, 24), command: stdout.slice(24).trim() }
    }
    const [boot, stat, command] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ])
    // proc_pid_stat(5): after the name in brackets come the state and, 19 fields on, the time of the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    return { started: `${boot.trim()}/${fields[19]}`, command: command.replaceAll('\0', ' ').trim() }
  } catch {
    return null
  }
}

/** Claims the folder for this process, or says who has it. The claim ends with `release` or with the process. */
export async function claim(home: string): Promise<{ release(): Promise<void> }> {
  const file = join(home, 'owner')
  const own = `${process.pid} ${(await findProcess(process.pid))?.started ?? ''}`
  for (;;) {
    try {
      await writeFile(file, own, { flag: 'wx', mode: 0o600 })
      return { release: () => rm(file, { force: true }) }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
    const holder = await readFile(file, 'utf8').catch(() => '')
    const pid = Number.parseInt(holder, 10)
    const alive = pid > 0 ? await findProcess(pid) : null
    if (alive !== null && holder === `${pid} ${alive.started}`) {
      throw new EmbeddedDatabaseError(
        `Another Keygrant (process ${pid}) is using the database in ${home}. Stop it first, or set DATA_DIR or DATABASE_URL: ` +
          `several servers share one database only through DATABASE_URL.`,
      )
    }
    // Of several that find a stale claim, one moves it away; whoever moved a fresh one instead puts it back.
    const stale = `${file}.${process.pid}`
    await rename(file, stale).catch(() => undefined)
    if ((await readFile(stale, 'utf8').catch(() => holder)) !== holder) await rename(stale, file)
    await rm(stale, { force: true })
  }
}

/** Ends a Postgres that outlived its server, and clears away what would keep the next one from starting. */
export async function endOrphan(cluster: string, log: Log): Promise<void> {
  const file = join(cluster, 'postmaster.pid')
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10)
  if (!(pid > 0)) return
  const found = await findProcess(pid)
  if (found === null) return
  if (!isPostgresOn(found, cluster)) {
    // The number belongs to a stranger by now. Postgres itself would take the stranger for a server and refuse to start.
    await rm(file, { force: true })
    return
  }
  log.warn({ pid }, 'ending the database server that an earlier process left behind')
  await endPostgres(pid, cluster)
}

/** Fast shutdown, then immediate, then by force; Postgres recovers from each at its next start. */
export async function endPostgres(pid: number, cluster: string): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', 2_000],
    ['SIGQUIT', 1_000],
    ['SIGKILL', 5_000],
  ] as const) {
    const found = await findProcess(pid)
    if (found === null || !isPostgresOn(found, cluster)) return
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
      throw error
    }
    for (let waited = 0; waited < patience; waited += 10) {
      if ((await findProcess(pid)) === null) return
      await delay(10)
    }
  }
}

const isPostgresOn = (process: Process, cluster: string): boolean => process.command.includes(` -D ${cluster} `)
