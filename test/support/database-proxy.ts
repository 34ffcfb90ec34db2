/** A network between the program and its database that can be cut, frozen and refused. */
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface DatabaseProxy extends AsyncDisposable {
  /** The database's address, through here. */
  url: string
  /** Nothing gets through any more and nothing is closed: what a dead switch does. */
  freeze(): void
  /** What was held back goes on. */
  thaw(): void
  /** Closes all connections; new ones are taken. */
  cut(): void
  /** Closes all connections and takes no new ones, until `restore`. */
  refuse(): Promise<void>
  restore(): Promise<void>
}

export async function openDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let frozen = false

  const server = createServer((inner) => {
    const outer = connect(Number(target.port || 5432), target.hostname)
    inner.on('data', (chunk) => outer.write(chunk)).on('close', () => outer.destroy())
    outer.on('data', (chunk) => inner.write(chunk)).on('close', () => inner.destroy())
    for (const socket of [inner, outer]) {
      sockets.add(socket)
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
      if (frozen) socket.pause()
    }
  })
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1')
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  }
  const cut = () => sockets.forEach((socket) => socket.destroy())
  const refuse = async () => {
    const closed = once(server, 'close')
    server.close()
    cut()
    await closed
  }

  const port = await listen(0)
  const url = new URL(databaseUrl)
  url.hostname = '127.0.0.1'
  url.port = String(port)
  return {
    url: url.href,
    freeze() {
      frozen = true
      for (const socket of sockets) socket.pause()
    },
    thaw() {
      frozen = false
      for (const socket of sockets) socket.resume()
    },
    cut,
    refuse,
    async restore() {
      await listen(port)
    },
    [Symbol.asyncDispose]: () => (server.listening ? refuse() : Promise.resolve()),
  }
}
