/** The same small API in each framework that the SDK has an adapter for: `GET /reports` needs `reports:read` and costs 5. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { createRequireScope as forExpress } from '../../packages/verify/src/express.ts'
import { createRequireScope as forFastify } from '../../packages/verify/src/fastify.ts'
import { createRequireScope as forFetch } from '../../packages/verify/src/fetch.ts'
import { createRequireScope as forHono, type KeygrantEnv } from '../../packages/verify/src/hono.ts'
import { isKeygrantError, type Verifier } from '../../packages/verify/src/index.ts'
import { createRequireScope as forKoa, type KeygrantState } from '../../packages/verify/src/koa.ts'

export interface TestApi extends AsyncDisposable {
  url: string
}

interface Options {
  throwErrors?: boolean
}

/** As runtimes without a word of their own for it are told. */
const fromHere = () => '127.0.0.1'

/** How an application answers errors that were thrown, by its framework's own means. */
const thrown = (error: unknown) => (isKeygrantError(error) ? `${error.status} ${error.code}` : String(error))

export const frameworks: Record<string, (verifier: Verifier, options: Options) => Promise<TestApi>> = {
  async koa(verifier, options) {
    const requireScope = forKoa(verifier, options)
    const app = new Koa<KeygrantState>()
    app.use(async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        ctx.status = 418
        ctx.body = thrown(error)
      }
    })
    app.use(requireScope('reports:read', { cost: 5 }))
    app.use((ctx) => (ctx.body = ctx.state.keygrant))
    const handle = app.callback()
    return listen((request, response) => void handle(request, response))
  },
  async express(verifier, options) {
    const requireScope = forExpress(verifier, options)
    const app = express()
    app.get('/reports', requireScope('reports:read', { cost: 5 }), (request, response) => {
      response.json(request.keygrant)
    })
    const onError: express.ErrorRequestHandler = (error, _request, response, _next) => {
      response.status(418).send(thrown(error))
    }
    app.use(onError)
    return listen((request, response) => void app(request, response))
  },
  async fastify(verifier, options) {
    const requireScope = forFastify(verifier, options)
    const app = fastify()
    app.get('/reports', { onRequest: requireScope('reports:read', { cost: 5 }) }, (request) => request.keygrant)
    app.setErrorHandler((error, _request, reply) => reply.code(418).send(thrown(error)))
    await app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = app.server.address() as AddressInfo
    return { url: `http://127.0.0.1:${port}`, [Symbol.asyncDispose]: () => app.close() }
  },
  async hono(verifier, options) {
    const requireScope = forHono(verifier, { clientIp: fromHere, ...options })
    const app = new Hono<KeygrantEnv>()
    app.get('/reports', requireScope('reports:read', { cost: 5 }), (c) => c.json(c.var.keygrant))
    app.onError((error, c) => c.text(thrown(error), 418))
    return listen(fetched(async (request) => app.fetch(request)))
  },
  async fetch(verifier, options) {
    const requireScope = forFetch(verifier, { clientIp: fromHere, ...options })
    const reports = requireScope('reports:read', { cost: 5 })((_, keygrant) => Response.json(keygrant))
    return listen(
      fetched((request) => reports(request).catch((error: unknown) => new Response(thrown(error), { status: 418 }))),
    )
  },
}

async function listen(handler: RequestListener): Promise<TestApi> {
  const server = createServer(handler)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A handler of the Fetch standard, as runtimes serve one. */
function fetched(handle: (request: Request) => Promise<Response>): RequestListener {
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const headers = new Headers()
    for (let index = 0; index < incoming.rawHeaders.length; index += 2)
      headers.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '')
    const response = await handle(new Request(`http://localhost${incoming.url ?? '/'}`, { headers }))
    outgoing.writeHead(response.status, Object.fromEntries(response.headers))
    outgoing.end(await response.text())
  }
  return (incoming, outgoing) => void answer(incoming, outgoing)
}
