/** How every connection to Postgres is made: named, bounded in time, kept alive. */
import pg from 'pg'

/** A server that doesn't answer within this time counts as gone: long enough for a cold start or a failover's DNS, short enough for a person. */
const CONNECT_TIMEOUT_MS = 5_000

export interface ConnectionSettings extends pg.ClientConfig {
  application_name: string
}

/** `name` is what `pg_stat_activity` shows, so that an operator sees which connection is whose. */
export function connectionSettings(url: string, name: string): ConnectionSettings {
  return {
    connectionString: url,
    application_name: `keygrant ${name}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  }
}

/** One connection outside the pool; the caller disposes of it. */
export async function connect(url: string, name: string): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client(connectionSettings(url, name))
  // A connection that breaks while idle emits 'error', which would end the process without a listener; the next statement fails by itself.
  client.on('error', () => undefined)
  await client.connect()
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() })
}
