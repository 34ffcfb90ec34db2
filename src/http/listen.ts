/** The listening socket: plain or TLS, and an end that lets those finish who are being served. */
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/** Whoever isn't served by then is cut off: orchestrators kill after ten seconds. */
const drainMs = 5_000

/** A request without a body gets no stream for one: a fifth of a check's time. */
const options = { optimizeEmptyRequests: true }

export interface Listening extends AsyncDisposable {
  port: number
}

export async function listen(
  handler: RequestListener,
  { host, port, tls }: { host: string; port: number; tls: { certFile: string; keyFile: string } | null },
): Promise<Listening> {
  const server: Server = tls
    ? createTlsServer(
        { ...options, cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile), minVersion: 'TLSv1.2' },
        handler,
      )
    : createHttpServer(options, handler)
  // All that fit into Node's 16 KiB: it would leave out what comes after the first thousand, such as what a proxy has added.
  server.maxHeadersCount = 0
  // A request has to arrive whole within these times, so that slow senders can't hold every socket.
  server.headersTimeout = 15_000
  server.requestTimeout = 30_000
  server.keepAliveTimeout = 65_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host, port }, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const cut = setTimeout(() => server.closeAllConnections(), drainMs)
      await closed
      clearTimeout(cut)
    },
  }
}
