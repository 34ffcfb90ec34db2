/** As much of a browser's cookies (RFC 6265) as a flow with one origin needs. */

export interface CookieJar {
  /** Takes what an answer to this URL sets. */
  store(url: URL, headers: Headers): void
  /** The value of the Cookie header for a request to this URL; null for none. */
  header(url: URL): string | null
  /** Every Set-Cookie line that was seen, for those who judge them. */
  readonly lines: readonly string[]
}

interface Cookie {
  name: string
  value: string
  path: string
  secure: boolean
}

export function createCookieJar(): CookieJar {
  const lines: string[] = []
  /** By name and path: the same name under another path is another cookie. */
  const cookies = new Map<string, Cookie>()

  return {
    lines,
    store(url, headers) {
      for (const line of headers.getSetCookie()) {
        lines.push(line)
        const { name, value, attributes } = parseSetCookie(line)
        const path = attributes.get('path') ?? defaultPath(url)
        const key = `${name} ${path}`
        if (isExpired(attributes)) cookies.delete(key)
        else cookies.set(key, { name, value, path, secure: attributes.has('secure') })
      }
    },
    header(url) {
      const sent = [...cookies.values()].filter(
        ({ path, secure }) => covers(path, url.pathname) && (!secure || isSecure(url)),
      )
      return sent.length === 0 ? null : sent.map(({ name, value }) => `${name}=${value}`).join('; ')
    },
  }
}

export interface SetCookie {
  name: string
  value: string
  /** By lower-case name; without a value, the empty text. */
  attributes: Map<string, string>
}

export function parseSetCookie(line: string): SetCookie {
  const [pair = '', ...rest] = line.split(';')
  const [name, value] = splitAt(pair, '=')
  const attributes = new Map(
    rest.map((attribute) => splitAt(attribute, '=')).map(([key, text]) => [key.toLowerCase(), text]),
  )
  return { name, value, attributes }
}

function splitAt(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator)
  return at === -1 ? [text.trim(), ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

/** RFC 6265, 5.1.4. */
function defaultPath({ pathname }: URL): string {
  const end = pathname.lastIndexOf('/')
  return end <= 0 ? '/' : pathname.slice(0, end)
}

function covers(path: string, pathname: string): boolean {
  return (
    pathname === path || (pathname.startsWith(path) && (path.endsWith('/') || pathname.charAt(path.length) === '/'))
  )
}

function isExpired(attributes: ReadonlyMap<string, string>): boolean {
  const maxAge = attributes.get('max-age')
  if (maxAge !== undefined) return Number(maxAge) <= 0
  const expires = attributes.get('expires')
  return expires !== undefined && Date.parse(expires) <= Date.now()
}

/** Browsers count this machine as secure, too. */
function isSecure({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
}
