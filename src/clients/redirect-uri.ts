/** Which addresses a browser may be sent back to (RFC 6749, 3.1.2; RFC 8252, 7; RFC 9700, 2.1), and what kind each is. */

/** The loopback hosts of RFC 8252, 7.3 and 8.3: the two literals, and the name that most developers write. */
const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '[::1]', 'localhost'])

/**
 * Only what is written plainly: RFC 3986's characters, without spaces, controls, backslashes or bytes that a parser would
 * silently mend, so that what is shown, compared and followed is the same.
 */
const PLAIN_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[\w\-.~:/?[\]@!$&'()*+,;=%]+$/
const MAX_LENGTH = 2000

export type RedirectKind = 'https' | 'loopback' | 'private_use'

export type RedirectCheck = { ok: true; kind: RedirectKind } | { ok: false; fault: string }

export function checkRedirectUri(uri: string): RedirectCheck {
  const fault = (text: string): RedirectCheck => ({ ok: false, fault: text })
  if (uri.length > MAX_LENGTH) return fault(`must have at most ${MAX_LENGTH} characters`)
  if (uri.includes('#')) return fault('must not have a fragment (#)')
  if (uri.includes('*')) return fault('must not have a wildcard (*): each address is registered and compared whole')
  const parsed = PLAIN_URI.test(uri) ? URL.parse(uri) : null
  if (parsed === null) return fault('must be an absolute URI')
  if (parsed.username !== '' || parsed.password !== '') return fault('must not have a user name or password')

  if (parsed.protocol === 'https:' || parsed.protocol === 'http:') {
    if (!/^https?:\/\/[^/]/.test(uri)) return fault('must be an absolute URI')
    if (parsed.protocol === 'https:') return { ok: true, kind: 'https' }
    if (LOOPBACK_HOSTS.has(parsed.hostname)) return { ok: true, kind: 'loopback' }
    return fault('must be https: http is for localhost, 127.0.0.1 and [::1] only')
  }
  // A domain that the app's maker owns, in reverse order (RFC 8252, 7.1), rules out javascript:, data:, file: and every
  // scheme that means something to a browser or an operating system.
  if (!/^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:$/.test(parsed.protocol)) {
    return fault(
      "must be https, http to this machine, or a scheme that is the maker's domain in reverse, like com.example.app:/callback",
    )
  }
  return { ok: true, kind: 'private_use' }
}

export function isLoopbackRedirect(uri: string): boolean {
  const checked = checkRedirectUri(uri)
  return checked.ok && checked.kind === 'loopback'
}

export function isPrivateUseRedirect(uri: string): boolean {
  const checked = checkRedirectUri(uri)
  return checked.ok && checked.kind === 'private_use'
}
