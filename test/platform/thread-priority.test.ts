/** Who answers goes before who hashes. */
import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { expect, test } from 'vitest'
import { createLog } from '../../src/platform/log.ts'
import { lowerWorkerThreads } from '../../src/platform/thread-priority.ts'

test.runIf(process.platform === 'linux')(
  'every thread of the pool is lowered, and the one that answers is not',
  async () => {
    const before = getPriority()
    await lowerWorkerThreads(createLog('silent'))
    const workers = readdirSync('/proc/self/task').filter(
      (thread) => readFileSync(`/proc/self/task/${thread}/comm`, 'utf8').trim() === 'libuv-worker',
    )
    expect(workers.length).toBeGreaterThan(0)
    for (const worker of workers) expect(getPriority(Number(worker))).toBe(12)
    expect(getPriority()).toBe(before)
  },
)
