/** Work that waits in the database until some node does it: pg-boss, in a schema of its own. */
import { PgBoss, type JobInsert } from 'pg-boss'
import type { Tx } from './database.ts'
import { connectionSettings } from './database-connection.ts'
import { JOBS_SCHEMA } from './jobs-schema.ts'
import type { Log } from './log.ts'

export interface QueuedJob {
  data: object
  /** While a job of this key waits for the same time, another one isn't added. */
  key: string
  /** At most a few jobs of a group are worked on at once, in all nodes. */
  group: string
  /** Not before; null: at once. By the database's transaction any time of ours is a little in the future already. */
  at: Date | null
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

/** For jobs whose time has come: those of now are told by NOTIFY. */
const POLL_SECONDS = 5
const STOP_MS = 5_000
/** Besides the one that listens. */
const CONNECTIONS = 2

/** @param url a direct connection: it listens. Its few connections are its own, so that no job waits for a request or the other way round */
export async function openJobs({ url, log }: { url: string; log: Log }): Promise<Jobs> {
  const boss = new PgBoss({
    ...(connectionSettings(url, 'jobs') as { connectionString: string }),
    max: CONNECTIONS,
    schema: JOBS_SCHEMA,
    schedule: false,
    registerInstance: false,
    useListenNotify: true,
  })
  boss.on('error', (err) => log.warn({ err }, 'the queue of jobs could not ask the database'))
  await boss.start()

  /** It is told to whoever operates this, and given to somebody again. */
  async function worked(work: Promise<void>): Promise<void> {
    await work.catch((err: unknown) => {
      log.warn({ err }, 'a job failed; it will be tried again')
      throw err
    })
  }

  return {
    async queue(name, { concurrency, groupConcurrency, expiresInSeconds }, work) {
      await boss.createQueue(name, {
        // One waiting job for a key.
        policy: 'short',
        notify: true,
        expireInSeconds: expiresInSeconds,
        retryLimit: 100,
        retryDelay: 5,
        retryBackoff: true,
        retryDelayMax: 300,
      })
      const options = {
        groupConcurrency,
        pollingIntervalSeconds: POLL_SECONDS,
        notifyPollingIntervalSeconds: POLL_SECONDS,
      }
      for (let index = 0; index < concurrency; index++) {
        const worker = { id: '' }
        worker.id = await boss.work<object>(name, options, async ([job]) => {
          // Whoever had something to do looks for more as soon as it is done.
          boss.notifyWorker(worker.id)
          if (job) await worked(work(job.data as never))
        })
      }
      return {
        async add(tx, jobs) {
          if (jobs.length === 0) return
          const rows: JobInsert[] = jobs.map(({ data, key, group, at }) => ({
            data,
            singletonKey: at ? `${key} ${at.toISOString()}` : key,
            group: { id: group },
            ...(at && { startAfter: at }),
          }))
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
