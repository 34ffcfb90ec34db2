/** One connection to Redis or Valkey, alone or as a Cluster: it is made, it serves, and once it is lost it is lost for good. */
import { setTimeout as delay } from 'node:timers/promises'
import { createClient, createCluster } from '@redis/client'

export interface RedisConnection extends Disposable {
  /** Rejects at once when the connection is lost. @param key says which node of a Cluster it is for */
  command(key: string, args: readonly string[]): Promise<unknown>
  readonly server: RedisServer
}

export interface RedisServer {
  version: string | null
  /** Null where the server doesn't say. Any but `noeviction` may throw counts away. */
  evictionPolicy: string | null
}

/** How long the server has for making a connection, with everything that belongs to it. */
const OPENING_MS = 2_000

/**
 * @param options.signal gives up
 * @param options.onLost tells when it is lost, for what isn't told by a command that rejects
 */
export async function openRedis(
  url: string,
  options: { signal?: AbortSignal; onLost?: (err: unknown) => void } = {},
): Promise<RedisConnection> {
  const { signal, onLost = () => undefined } = options
  const settings = {
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // Who uses it makes a new one: then it is known what is in flight on which.
    socket: { connectTimeout: OPENING_MS, reconnectStrategy: false },
  } as const
  const client = createClient({ ...settings, url })
  client.on('error', onLost)
  await using opening = new AsyncDisposableStack()
  opening.defer(() => close(client))
  await within(client.connect(), signal)
  const info = await within(readInfo(client), signal)
  const server = { version: info.get('redis_version') ?? null, evictionPolicy: info.get('maxmemory_policy') ?? null }
  if (info.get('cluster_enabled') !== '1') {
    opening.move()
    return {
      server,
      command: (_key, args) => client.sendCommand(args),
      [Symbol.dispose]: () => close(client),
    }
  }

  const { username, password, protocol } = new URL(url)
  const cluster = createCluster({
    rootNodes: [{ ...settings, url }],
    defaults: {
      ...settings,
      ...(username !== '' && { username: decodeURIComponent(username) }),
      ...(password !== '' && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { socket: { ...settings.socket, tls: true } }),
    },
  })
  cluster.on('error', onLost)
  await using clustering = new AsyncDisposableStack()
  clustering.defer(() => close(cluster))
  await within(cluster.connect(), signal)
  clustering.move()
  return {
    server,
    command: (key, args) => cluster.sendCommand(key, false, [...args]),
    [Symbol.dispose]: () => close(cluster),
  }
}

/** What the server says of itself; nothing where it isn't allowed to. */
async function readInfo(client: { info(): Promise<unknown> }): Promise<Map<string, string>> {
  const text = await client.info().catch(() => '')
  const lines = String(text).split('\r\n')
  return new Map(
    lines
      .filter((line) => line.includes(':'))
      .map((line) => [line.split(':', 1).join(), line.slice(line.indexOf(':') + 1)]),
  )
}

async function within<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  const done = new AbortController()
  const patience = AbortSignal.any([done.signal, ...(signal ? [signal] : [])])
  const tooLate = delay(OPENING_MS, undefined, { signal: patience }).then(
    () => Promise.reject(new Error('Redis took too long to answer')),
    (cause: unknown) => Promise.reject(new Error('no longer wanted', { cause })),
  )
  // One of the two may reject after the other has won.
  work.catch(() => undefined)
  tooLate.catch(() => undefined)
  try {
    return await Promise.race([work, tooLate])
  } finally {
    done.abort()
  }
}

function close(client: { isOpen: boolean; destroy(): void }): void {
  if (client.isOpen) client.destroy()
}
