/** Where the embedded database of a running server is, for the command that works beside it. */
import { readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { readOwner } from './embedded-owner.ts'
import { DATABASE, USER } from './embedded-server.ts'

/** Its URL, or null if no server runs on the data folder. Changes nothing. */
export async function findRunningEmbeddedDatabase(dataDir: string): Promise<string | null> {
  const home = await realpath(join(dataDir, 'postgres')).catch(() => null)
  if (home === null || !(await readOwner(home)).alive) return null
  const [password, pidFile] = await Promise.all([
    read(join(home, 'password')),
    read(join(home, 'cluster/postmaster.pid')),
  ])
  // The PostgreSQL documentation, 66.1: the fourth line of postmaster.pid is the port.
  const port = Number(pidFile?.split('\n')[3])
  if (password === null || !Number.isInteger(port) || port === 0) return null
  return `postgres://${USER}:${password.trim()}@127.0.0.1:${port}/${DATABASE}`
}

const read = (file: string): Promise<string | null> => readFile(file, 'utf8').catch(() => null)
