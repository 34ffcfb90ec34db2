/** Work that waits in the database until some node does it: pg-boss, in a schema of its own. */
import type { Pool } from 'pg'
import { PgBoss, type JobInsert } from 'pg-boss'
import type { Tx } from './database.ts'
import type { Log } from './log.ts'

export interface QueuedJob {
  data: object
  /** At most a few jobs of a group are worked on at once, in all nodes. */
  group: string
  at: Date
}

export interface JobQueue {
  /** Within a transaction: the job is there when it commits. */
  add(tx: Tx, jobs: readonly QueuedJob[]): Promise<void>
}

export interface Jobs extends AsyncDisposable {
  /**
   * The queue of this name, and who works on it here. A job is done when `work` resolves; one that throws, or whose node
   * dies, is given to somebody again.
   */
  queue<Data extends object>(
    name: string,
    options: QueueOptions,
    work: (data: Data) => Promise<void>,
  ): Promise<JobQueue>
}

export interface QueueOptions {
  /** At once on this node. */
  concurrency: number
  /** At once of one group, on all nodes together. */
  groupConcurrency: number
  /** After this time its node is taken for dead, in seconds. */
  expiresInSeconds: number
}

const SCHEMA = 'keygrant_jobs'
/** For jobs whose time has come; those of now are told by NOTIFY. */
const POLL_SECONDS = 5
const STOP_MS = 5_000

/** @param pool of connections that nobody else waits for */
export async function openJobs({ pool, log }: { pool: Pool; log: Log }): Promise<Jobs> {
  const boss = new PgBoss({
    db: { executeSql: (text, values = []) => pool.query(text, values) },
    schema: SCHEMA,
    schedule: false,
  })
  boss.on('error', (err) => log.warn({ err }, 'the queue of jobs could not ask the database'))
  await boss.start()
  return {
    async queue(name, { concurrency, groupConcurrency, expiresInSeconds }, work) {
      await boss.createQueue(name, {
        policy: 'standard',
        expireInSeconds: expiresInSeconds,
        retryLimit: 100,
        retryDelay: 5,
        retryBackoff: true,
        retryDelayMax: 300,
      })
      const options = { localConcurrency: concurrency, groupConcurrency, pollingIntervalSeconds: POLL_SECONDS }
      await boss.work<object>(name, options, async ([job]) => {
        if (job) await work(job.data as never)
      })
      return {
        async add(tx, jobs) {
          if (jobs.length === 0) return
          const rows: JobInsert[] = jobs.map(({ data, group, at }) => ({ data, group: { id: group }, startAfter: at }))
          const db = {
            executeSql: async (text: string, values: unknown[] = []) => ({
              rows: await tx.$queryRawUnsafe<unknown[]>(text, ...values),
            }),
          }
          await boss.insert(name, rows, { db })
        },
      }
    },
    async [Symbol.asyncDispose]() {
      await boss.stop({ graceful: true, timeout: STOP_MS })
    },
  }
}
