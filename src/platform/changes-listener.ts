/** One connection that listens, and that can be asked whether it is still alive. */
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { connectionSettings } from './database-connection.ts'

export interface Listener {
  /** Aborted when the connection is closed, by whichever side. */
  lost: AbortSignal
  /** An answer proves that everything announced before the question has been received. */
  ask(patienceMs: number): Promise<'answered' | 'silent' | 'lost'>
  close(): Promise<void>
}

/** A listener that takes longer to connect is tried anew: after a failover the next try may reach the new server. */
const CONNECT_TIMEOUT_MS = 2_000

/** Resolves when it listens; what is announced from then on reaches `receive`. */
export async function openListener(
  url: string,
  channel: string,
  receive: (payload: string) => void,
): Promise<Listener> {
  const client = new pg.Client({
    ...connectionSettings(url, 'changes'),
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: CONNECT_TIMEOUT_MS,
  })
  const lost = new AbortController()
  client.on('error', () => lost.abort())
  client.on('end', () => lost.abort())
  client.on('notification', ({ payload }) => receive(payload ?? ''))
  try {
    await client.connect()
    await client.query(`LISTEN ${channel}`)
  } catch (error) {
    void client.end()
    throw error
  }
  return {
    lost: lost.signal,
    ask: (patienceMs) =>
      new Promise((resolve) => {
        // When this process itself was busy, the answer may have arrived unread: events are read before the verdict.
        const timer = setTimeout(() => setImmediate(() => resolve('silent')), patienceMs)
        client
          .query('SELECT 1')
          .then(
            () => resolve('answered'),
            () => resolve('lost'),
          )
          .finally(() => clearTimeout(timer))
      }),
    async close() {
      // With a question open, `pg` cuts the connection; otherwise it says goodbye and would wait for the answer of a dead server.
      await Promise.race([client.end(), delay(500, undefined, { ref: false })])
    },
  }
}
