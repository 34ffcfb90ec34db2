/**
 * Work that the visitor isn't made to wait for: what depends on whether an account exists is done after the answer, so
 * that neither its content nor its time can tell.
 */
import type { Log } from '../../platform/log.ts'

export interface Afterwards extends AsyncDisposable {
  /** What goes wrong is logged; the visitor has been answered. */
  start(log: Log, work: () => Promise<void>): void
  /** Resolves when everything that was started has ended. */
  settled(): Promise<void>
}

export function createAfterwards(): Afterwards {
  const running = new Set<Promise<void>>()

  async function settled(): Promise<void> {
    while (running.size > 0) await Promise.all(running)
  }

  return {
    start(log, work) {
      const task: Promise<void> = work()
        .catch((err: unknown) => log.error({ err }, 'work after an answer failed'))
        .finally(() => running.delete(task))
      running.add(task)
    },
    settled,
    [Symbol.asyncDispose]: settled,
  }
}
