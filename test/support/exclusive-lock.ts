/** A lock between processes of one machine, for work that must not run twice at once. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'

/**
 * Runs `work` while this process alone holds `file`. The kernel's lock is held by a child that lives as long as its
 * standard input is open, so a holder that is killed releases it and no stale lock is ever left behind.
 */
export async function withExclusiveLock<T>(file: string, work: () => Promise<T>): Promise<T> {
  const holder = spawn('flock', ['--exclusive', file, 'sh', '-c', 'echo held; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = once(holder, 'exit')
  await Promise.race([
    once(holder.stdout, 'data'),
    ended.then(() => Promise.reject(new Error(`flock could not lock ${file}`))),
  ])
  try {
    return await work()
  } finally {
    holder.stdin.end()
    await ended
  }
}
