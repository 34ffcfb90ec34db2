/** Lets the thread that answers go before those that hash passwords: a crowd that signs in must not hold up checks. */
import { readdir, readFile } from 'node:fs/promises'
import { setPriority } from 'node:os'
import type { Log } from './log.ts'

/**
 * A fifteenth of the ordinary weight: two threads that hash without pause on the only CPU leave nine tenths of it. Where a
 * CPU is idle they lose nothing.
 */
const NICE = 12

/** As libuv names them. */
const WORKER = 'libuv-worker'

/** Linux counts priorities by thread, and lets everyone lower their own; elsewhere this does nothing. */
export async function lowerWorkerThreads(log: Log): Promise<void> {
  try {
    // Reading starts them, if nothing has yet.
    for (const thread of await readdir('/proc/self/task')) {
      const name = await readFile(`/proc/self/task/${thread}/comm`, 'utf8')
      if (name.trim() === WORKER) setPriority(Number(thread), NICE)
    }
  } catch (err) {
    log.debug({ err }, 'the priority of worker threads stays as it is')
  }
}
