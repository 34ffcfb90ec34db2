/** Where the database of a run rests: in memory if there is room, since a disk costs each of its hundreds of copies several times as much. */
import { mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface RunFolder extends AsyncDisposable {
  folder: string
  inMemory: boolean
}

const MEMORY = '/dev/shm'
const TMPFS = 0x01_02_19_94
/** A run takes a quarter of it. Docker gives a container 64 MB unless told otherwise. */
const ROOM_BYTES = 1024 ** 3
const PREFIX = 'keygrant-test-'
const DAY_MS = 86_400_000

export async function openRunFolder(): Promise<RunFolder> {
  const inMemory = await hasRoom()
  if (inMemory) await removeLeftovers()
  const folder = await mkdtemp(join(inMemory ? MEMORY : tmpdir(), PREFIX))
  return { folder, inMemory, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

async function hasRoom(): Promise<boolean> {
  const system = await statfs(MEMORY).catch(() => null)
  if (system?.type !== TMPFS) return false
  return Math.min(system.bavail * system.bsize, process.availableMemory()) > ROOM_BYTES
}

/** What a run left that was killed. The disk's temporary folder is cleared by its system; memory is not. */
async function removeLeftovers(): Promise<void> {
  for (const name of (await readdir(MEMORY)).filter((one) => one.startsWith(PREFIX))) {
    const path = join(MEMORY, name)
    const made = await stat(path).catch(() => null)
    if (made && Date.now() - made.mtimeMs > DAY_MS) await rm(path, { recursive: true, force: true })
  }
}
