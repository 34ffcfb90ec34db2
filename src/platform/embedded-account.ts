/** Under which account the embedded Postgres runs: our own, or, since it refuses root, one without rights. */
import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { promisify } from 'node:util'

export interface Account {
  uid: number
  gid: number
}

const run = promisify(execFile)

export const isRoot = (): boolean => process.getuid?.() === 0

/**
 * Where Postgres is installed its own account is there; `nobody` is everywhere. An account made for the purpose would be
 * neater, but starting a program to look at it must not change the machine's users.
 */
export async function unprivilegedAccount(): Promise<Account> {
  for (const name of ['postgres', 'nobody']) {
    const ids = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]).catch(() => null)
    if (ids !== null) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) }
  }
  throw new Error(
    "Postgres refuses to run as root, and there is no account 'postgres' or 'nobody' to run it as: set DATABASE_URL.",
  )
}

/** Whether every folder on the way to `folder`, and itself, may be entered, by the mode bits. */
export async function canReach(folder: string, account: Account): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const { mode, uid, gid } = await stat(path)
    const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001
    if ((mode & bit) === 0) return false
    if (path === dirname(path)) return true
  }
}
