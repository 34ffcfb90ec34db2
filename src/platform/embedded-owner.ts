/** One server per data folder: who holds it, and what a server that was killed may have left running. */
import { execFile } from 'node:child_process'
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
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
    const [boot, status, command] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ])
    // proc_pid_stat(5): after the name in brackets come the state and, 19 fields on, the time of the start.
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ')
    if (fields[0] === 'Z' || fields[0] === 'X') return null
    return { started: `${boot.trim()}/${fields[19]}`, command: command.replaceAll('\0', ' ').trim() }
  } catch {
    return null
  }
}

/** Claims the folder for this process, or says who has it. The claim ends with `release` or with the process. */
export async function claim(home: string): Promise<{ release(): Promise<void> }> {
  const file = ownerFile(home)
  const draft = `${file}.${process.pid}`
  await writeFile(draft, `${process.pid} ${(await findProcess(process.pid))?.started ?? ''}`, { mode: 0o600 })
  try {
    for (;;) {
      // A link, since it appears with its content and only if there is none.
      const taken = await link(draft, file).then(() => false, ifExists)
      if (!taken) return { release: () => rm(file, { force: true }) }
      const { text, pid, alive } = await readOwner(home)
      if (alive) {
        throw new EmbeddedDatabaseError(
          `Another Keygrant (process ${pid}) is using the database in ${home}. Stop it first, or set DATA_DIR or ` +
            `DATABASE_URL: several servers share one database only through DATABASE_URL.`,
        )
      }
      // Of several that find a stale claim, one moves it away; whoever moved a fresh one instead puts it back.
      const stale = `${draft}.stale`
      await rename(file, stale).catch(() => undefined)
      if ((await readFile(stale, 'utf8').catch(() => text)) !== text) await link(stale, file).catch(ifExists)
      await rm(stale, { force: true })
    }
  } finally {
    await rm(draft, { force: true })
  }
}

/** Who holds the folder. A claim that a killed server left behind names a process that has ended, or one started since. */
export async function readOwner(home: string): Promise<{ text: string; pid: number; alive: boolean }> {
  const text = await readFile(ownerFile(home), 'utf8').catch(() => '')
  const pid = Number.parseInt(text, 10)
  const holder = pid > 0 ? await findProcess(pid) : null
  return { text, pid, alive: holder !== null && text === `${pid} ${holder.started}` }
}

const ownerFile = (home: string): string => join(home, 'owner')

function ifExists(error: NodeJS.ErrnoException): true {
  if (error.code === 'EEXIST') return true
  throw error
}

/** Ends a Postgres that outlived its server, and corrects what would keep the next one from starting. */
export async function endOrphan(cluster: string, log: Log): Promise<void> {
  const file = join(cluster, 'postmaster.pid')
  const read = () => readFile(file, 'utf8').catch(() => '')
  const pid = Number.parseInt(await read(), 10)
  if (!(pid > 0)) return removeEmpty(file)
  const found = await findProcess(pid)
  if (found !== null && isPostgresOn(found, cluster)) {
    log.warn({ pid }, 'ending the database server that an earlier process left behind')
    await endPostgres(pid, cluster)
  }
  // A server that ended in order has removed the file. In one that stays, Postgres would take a stranger with this number,
  // or a corpse that nobody has buried, for a living server. The rest is left: from it, Postgres knows whether processes
  // of the old server still hold the shared memory.
  const text = await read()
  if (Number.parseInt(text, 10) === pid) await writeFile(file, text.replace(/^\d+/, String(NO_PROCESS)))
}

/** Postgres writes the file in the moment in which it makes it: one that stays empty is of a server that was killed between. */
async function removeEmpty(file: string): Promise<void> {
  const found = await stat(file).catch(() => null)
  if (found?.size === 0 && Date.now() - found.mtimeMs > 1_000) await rm(file)
}

/** Above every system's largest process number. */
const NO_PROCESS = 2_147_483_647

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
