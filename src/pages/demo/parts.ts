/** The small pieces that steps are made of. */
import type { DemoExchange, DemoPart, DemoText } from '../../http/page-models.ts'
import type { Exchange } from './http.ts'
import { pretty, say } from './text.ts'

export function part(words: readonly (string | DemoText)[], rest: Partial<DemoPart> = {}): DemoPart {
  const text = words.map((paragraph) => (typeof paragraph === 'string' ? say(paragraph) : paragraph))
  return { title: null, outcome: null, text, checks: [], tables: [], exchanges: [], newest: false, ...rest }
}

export function passed(words: string): { text: DemoText; passed: boolean } {
  return { text: say(words), passed: true }
}

const senders = { app: 'The app', browser: 'Your browser' } as const

export function shown({ sender, request, response }: Exchange, options: { open: boolean }): DemoExchange {
  return {
    sender: senders[sender],
    path: new URL(request.url).pathname,
    open: options.open,
    request: { ...request, body: request.body === null ? null : onePerLine(request.body) },
    response: response && {
      status: response.status,
      headers: response.headers.filter(({ name }) => !everyAnswers.has(name.toLowerCase())),
      body: pretty(response.body),
    },
  }
}

/** A request that the browser makes, as far as the app can tell. */
export function browserRequest(url: string, options: { open: boolean }): DemoExchange {
  const { host } = new URL(url)
  const request = { method: 'GET', url, headers: [{ name: 'Host', value: host }], body: null }
  return shown({ sender: 'browser', request, response: null }, options)
}

/** A form's fields, each on a line of its own, so that they can be read. */
function onePerLine(form: string): string {
  return form.replaceAll('&', '\n&')
}

/** What every answer of this server has, and nothing is learned from here. */
const everyAnswers: ReadonlySet<string> = new Set([
  'connection',
  'content-security-policy',
  'cross-origin-opener-policy',
  'keep-alive',
  'permissions-policy',
  'referrer-policy',
  'strict-transport-security',
  'vary',
  'x-content-type-options',
  'x-frame-options',
])
