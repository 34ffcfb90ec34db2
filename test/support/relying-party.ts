/** A client's own site, on an origin of its own: begins the code flow with openid-client, takes the answer, and shows what it got. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import * as oidc from 'openid-client'
import type { Certificate } from './certificate.ts'
import { exchange, openApp, startFlow, type App, type Started, type Tokens } from './flow.ts'
import type { TestClient, TestServer } from './server.ts'

/** One answer to the callback, and what the site made of it. */
export interface Arrival {
  method: string
  parameters: Record<string, string>
  /** Null where the answer is an error. */
  tokens: Tokens | null
  error: string | null
}

export interface RelyingParty extends AsyncDisposable {
  origin: string
  redirectUri: string
  postLogoutRedirectUri: string
  /** Becomes this client of the server; `redirectUri` is the registered one if it isn't this site's own. */
  join(server: Pick<TestServer, 'url'>, client: TestClient, redirectUri?: string): Promise<App>
  /** The site's page whose link begins the flow, with these parameters in the request. */
  page(parameters?: Record<string, string>): string
  /** What came to the callback, in its order. */
  arrivals: Arrival[]
  /** The last of them; throws if nothing came yet. */
  last(): Arrival
  /** Where the site sends the browser on to from its callback; it answers with a page of its own if null. */
  onward: string | null
}

export interface RelyingPartyOptions {
  /** A name or address of this machine. Another host than the server's is another site, another port another origin. */
  host?: string
  /** Served over https with it. */
  certificate?: Certificate | undefined
}

export async function openRelyingParty(options: RelyingPartyOptions = {}): Promise<RelyingParty> {
  const { host = '127.0.0.1', certificate } = options
  let app: App | null = null
  const started = new Map<string, Started>()
  const arrivals: Arrival[] = []

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    answer(request, response).catch((error: unknown) => show(response, 'It failed', String(error), 500))
  }
  const server = certificate ? createTlsServer(certificate, listener) : createServer(listener)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin = `${certificate ? 'https' : 'http'}://${host}:${(server.address() as AddressInfo).port}`

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', origin)
    if (url.pathname === '/') return show(response, 'The app', `<a href="/begin${escape(url.search)}">Sign in</a>`)
    if (url.pathname === '/begin') return begin(url, response)
    if (url.pathname === '/callback') return callback(url, request, response)
    if (url.pathname === '/sign-out') return redirect(response, signOutUrl())
    if (url.pathname === '/signed-out') return show(response, 'Signed out', escape(url.search))
    show(response, 'Nothing here', '', 404)
  }

  async function begin({ searchParams }: URL, response: ServerResponse): Promise<void> {
    const one = await startFlow(joined(), Object.fromEntries(searchParams))
    started.set(one.state, one)
    redirect(response, one.url.href)
  }

  async function callback(url: URL, request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A posted answer is read like one in the address: openid-client checks the same parameters.
    for (const [name, value] of new URLSearchParams(await text(request))) url.searchParams.set(name, value)
    const parameters = Object.fromEntries(url.searchParams)
    const arrival: Arrival = { method: request.method ?? '', parameters, tokens: null, error: null }
    arrivals.push(arrival)
    const one = started.get(parameters['state'] ?? '')
    started.delete(parameters['state'] ?? '')
    try {
      if (!one) throw new Error('this site has begun no such flow')
      arrival.tokens = await exchange(joined(), url, one)
    } catch (error) {
      arrival.error = error instanceof oidc.AuthorizationResponseError ? error.error : String(error)
    }
    if (site.onward !== null) return redirect(response, site.onward)
    show(response, arrival.error === null ? 'Signed in' : 'Not signed in', escape(JSON.stringify(arrival, null, 2)))
  }

  function signOutUrl(): string {
    const hint = arrivals.findLast(({ tokens }) => tokens?.id_token)?.tokens?.id_token
    return oidc.buildEndSessionUrl(joined().configuration, {
      post_logout_redirect_uri: site.postLogoutRedirectUri,
      state: 'left',
      ...(hint === undefined ? {} : { id_token_hint: hint }),
    }).href
  }

  function joined(): App {
    if (!app) throw new Error('the site is no client yet')
    return app
  }

  const site: RelyingParty = {
    origin,
    redirectUri: `${origin}/callback`,
    postLogoutRedirectUri: `${origin}/signed-out`,
    arrivals,
    onward: null,
    async join(authorizationServer, client, redirectUri = site.redirectUri) {
      app = await openApp(authorizationServer, client, redirectUri)
      return app
    },
    page: (parameters = {}) => `${origin}/?${new URLSearchParams(parameters)}`,
    last() {
      const arrival = arrivals.at(-1)
      if (!arrival) throw new Error('nothing has come to the callback')
      return arrival
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return site
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(303, { location }).end()
}

function show(response: ServerResponse, title: string, content: string, status = 200): void {
  response.writeHead(status, { 'content-type': 'text/html; charset=utf-8' })
  response.end(`<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1><pre>${content}</pre></html>`)
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;')
}
