/** A browser without a screen: keeps cookies by name, path and host, reads forms, follows nothing by itself. */

export interface Agent {
  /** One request; redirects come back as they are. */
  fetch(url: string, init?: RequestInit): Promise<Response>
  get(url: string): Promise<Answer>
  /** Sends the form of the last page whose action ends in `action`, with its hidden fields and these. */
  submit(action: string, fields?: Record<string, string | readonly string[]>): Promise<Answer>
  /** Follows redirects on this server until a page, or until one, or the page that navigates, leads to another host. */
  follow(answer: Answer): Promise<Answer>
  cookies: ReadonlyMap<string, string>
  clearCookies(): void
  /** Takes these cookies for the whole host: as if somebody had stolen them elsewhere, or planted them here. */
  plant(cookies: ReadonlyMap<string, string>): void
}

export interface Answer {
  status: number
  url: string
  headers: Headers
  html: string
  /** Where it sends the browser, absolute. */
  location: string | null
}

interface Cookie {
  value: string
  path: string
}

export function createAgent(base: string): Agent {
  const jar = new Map<string, Cookie>()
  let page: Answer | null = null

  async function send(url: string, init: RequestInit = {}): Promise<Response> {
    const target = new URL(url, base)
    const headers = new Headers(init.headers)
    // What a browser asks for when it navigates: whoever can answer with a page or with JSON gives a page.
    if (!headers.has('accept')) headers.set('accept', 'text/html,application/xhtml+xml,*/*;q=0.8')
    const own = [...jar].filter(
      ([, { path }]) => target.pathname === path || target.pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
    )
    if (target.origin === base && own.length > 0)
      headers.set('cookie', own.map(([key, { value }]) => `${key.split(' ')[0]}=${value}`).join('; '))
    const response = await fetch(target, { ...init, headers, redirect: 'manual' })
    for (const line of response.headers.getSetCookie()) keep(line)
    return response
  }

  function keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/; ?/)
    const at = pair.indexOf('=')
    const name = pair.slice(0, at)
    const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/'
    const key = `${name} ${path}`
    if (/expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(key)
    else jar.set(key, { value: pair.slice(at + 1), path })
  }

  async function answerOf(response: Response, url: string): Promise<Answer> {
    const location = response.headers.get('location')
    page = {
      status: response.status,
      url,
      headers: response.headers,
      html: await response.text(),
      location: location === null ? null : new URL(location, url).href,
    }
    return page
  }

  const agent: Agent = {
    fetch: send,
    async get(url) {
      const target = new URL(url, base).href
      return answerOf(await send(target), target)
    },
    async submit(action, fields = {}) {
      if (!page) throw new Error('no page is open')
      const form = formsOf(page.html).find((one) => one.action.endsWith(action))
      if (!form) throw new Error(`no form for ${action} on ${page.url}:\n${page.html}`)
      const body = new URLSearchParams(form.hidden)
      for (const [name, value] of Object.entries(fields)) {
        body.delete(name)
        for (const one of [value].flat()) body.append(name, one)
      }
      const target = new URL(form.action, page.url).href
      return answerOf(await send(target, { method: 'POST', body }), target)
    },
    async follow(answer) {
      let current = answer
      for (let step = 0; step < 12; step++) {
        const next = current.location ?? refreshOf(current)
        if (next === null) return current
        if (new URL(next).origin !== base) return { ...current, location: next }
        current = await agent.get(next)
      }
      throw new Error(`too many redirects, the last to ${current.location}`)
    },
    get cookies() {
      return new Map([...jar].map(([key, { value }]) => [key.split(' ')[0] ?? '', value]))
    },
    clearCookies: () => jar.clear(),
    plant(cookies) {
      for (const [name, value] of cookies) jar.set(`${name} /`, { value, path: '/' })
    },
  }
  return agent
}

function refreshOf({ html, url }: Answer): string | null {
  const found = /<meta http-equiv="refresh" content="\d+; ?url=([^"]+)"/.exec(html)?.[1]
  return found === undefined ? null : new URL(unescape(found), url).href
}

function formsOf(html: string): { action: string; hidden: [string, string][] }[] {
  // One that asks with GET is an address, and nothing that is sent.
  return [...html.matchAll(/<form\b(?![^>]*\bmethod="get")([^>]*)>([\s\S]*?)<\/form>/g)].map(
    ([, attributes = '', content = '']) => ({
      action: attribute(attributes, 'action') ?? '',
      hidden: [...content.matchAll(/<input\b([^>]*)>/g)]
        .map(([, input = '']) => input)
        .filter((input) => attribute(input, 'type') === 'hidden')
        .map((input): [string, string] => [attribute(input, 'name') ?? '', attribute(input, 'value') ?? '']),
    }),
  )
}

/** Of a tag's attributes. */
export function attribute(text: string, name: string): string | null {
  const found = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(text)?.[1]
  return found === undefined ? null : unescape(found)
}

/** What is meant by text that stands in HTML. */
export function unescape(text: string): string {
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}
