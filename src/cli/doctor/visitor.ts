/** A browser as far as a flow needs one: it keeps cookies, follows redirects, and fills in the forms that it was told of. */
import { createCookieJar } from './cookie-jar.ts'
import { FlowFault, type FlowStep } from './flow-fault.ts'
import { readPage, type Form, type Page } from './page.ts'

/** What to send for the fields that a form holds; hidden ones are among them, and every box is ticked. */
export type Filler = (fields: Record<string, string>) => Record<string, string>

export interface Visitor {
  /**
   * Goes from page to page until the browser would leave for `destination`, and returns that address with what was added
   * to it. `fillers` are by the end of the address that a form posts to; a form is filled in once.
   */
  visit(start: URL, destination: string, fillers: Readonly<Record<string, Filler>>): Promise<URL>
  /** What an app itself asks: without cookies. */
  json(step: FlowStep, url: string, init?: RequestInit): Promise<{ status: number; body: unknown }>
  readonly headings: string[]
  readonly cookieLines: readonly string[]
}

/** A flow with sign-in and consent takes eight; a loop takes more. */
const MAX_HOPS = 25
const TIMEOUT_MS = 15_000

type Hop = { url: URL; body?: string }

export function createVisitor(issuer: string, fetch: typeof globalThis.fetch): Visitor {
  const jar = createCookieJar()
  const headings: string[] = []
  const { origin } = new URL(issuer)

  async function send(step: FlowStep, url: URL | string, init: RequestInit = {}): Promise<Response> {
    try {
      return await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS), ...init })
    } catch (error) {
      throw new FlowFault(step, `${new URL(url).origin} can't be reached: ${reasonOf(error)}`)
    }
  }

  async function go({ url, body }: Hop): Promise<Response> {
    const cookie = jar.header(url)
    const headers = new Headers({ accept: 'text/html', 'accept-language': 'en', ...(cookie !== null && { cookie }) })
    // Browsers say where a form came from, and the CSRF check may ask for it.
    if (body !== undefined) headers.set('origin', origin)
    if (body !== undefined) headers.set('content-type', 'application/x-www-form-urlencoded')
    const init = body === undefined ? { headers } : { method: 'POST', body, headers }
    const response = await send('authorization', url, init)
    jar.store(url, response.headers)
    return response
  }

  async function visit(start: URL, destination: string, fillers: Readonly<Record<string, Filler>>): Promise<URL> {
    const remaining = new Map(Object.entries(fillers))
    let hop: Hop = { url: start }
    for (let hops = 0; hops < MAX_HOPS; hops++) {
      const response = await go(hop)
      const next = await follow(response, hop.url, remaining)
      if (isAt(next.url, destination)) return next.url
      if (next.url.origin !== origin) {
        throw new FlowFault(
          'authorization',
          `the browser was sent to ${next.url.origin}, which is not the app's address`,
        )
      }
      hop = next
    }
    throw new FlowFault(
      'authorization',
      `after ${MAX_HOPS} redirects and pages the browser is still not back at the app`,
    )
  }

  /** Where the browser goes from an answer. */
  async function follow(response: Response, url: URL, fillers: Map<string, Filler>): Promise<Hop> {
    const { status } = response
    const location = response.headers.get('location')
    const text = await response.text()
    if (status >= 300 && status < 400 && location !== null) return { url: new URL(location, url) }
    const page = readPage(text, url)
    if (page.heading !== '') headings.push(page.heading)
    if (status !== 200)
      throw new FlowFault('authorization', refusal(status, url, page, response.headers.get('x-request-id')))
    if (page.refresh !== null) return { url: page.refresh }
    for (const form of page.forms) {
      for (const [ending, fill] of fillers) {
        if (!form.action.pathname.endsWith(ending)) continue
        fillers.delete(ending)
        return { url: form.action, body: encode(form, fill) }
      }
    }
    throw new FlowFault(
      'authorization',
      `the browser stands before a page that leads nowhere: "${page.heading}" (${url.pathname})`,
    )
  }

  async function json(step: FlowStep, url: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
    const response = await send(step, url, init)
    const text = await response.text()
    try {
      return { status: response.status, body: JSON.parse(text) as unknown }
    } catch {
      throw new FlowFault(step, `${new URL(url).pathname} was answered with ${response.status} and no JSON`)
    }
  }

  return { visit, json, headings, cookieLines: jar.lines }
}

/** Exact but for the query, which holds the answer. */
function isAt(url: URL, destination: string): boolean {
  return url.href === destination || url.href.startsWith(`${destination}${destination.includes('?') ? '&' : '?'}`)
}

function encode(form: Form, fill: Filler): string {
  const boxes = form.fields.filter(({ checkbox }) => checkbox)
  const texts = form.fields.filter(({ checkbox }) => !checkbox).map(({ name, value }) => [name, value] as const)
  const body = new URLSearchParams(fill(Object.fromEntries(texts)))
  for (const { name, value } of boxes) body.append(name, value)
  return body.toString()
}

function refusal(status: number, url: URL, page: Page, requestId: string | null): string {
  const id = requestId === null ? '' : `; request ${requestId} in the server's log`
  return `${url.pathname} was answered with ${status}${page.heading === '' ? '' : ` "${page.heading}"`}${id}`
}

/** What is behind undici's "fetch failed". */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  if (error.name === 'TimeoutError') return 'no answer in time'
  const { cause } = error
  if (!(cause instanceof Error)) return error.message
  const { code } = cause as { code?: unknown }
  return typeof code === 'string' ? code : cause.message
}
