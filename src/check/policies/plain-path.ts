/** Takes a request's path apart, if it can be read in one way only: what a gateway lets through is read again behind it. */

const LONGEST_PATH = 8_192

/**
 * What browsers and clients send (RFC 3986, 3.3, and the three that browsers leave as they are), but for `;`: some servers
 * cut off what follows it before they look for the route.
 */
const PLAIN_PATH = /^\/[\w\-.~!$&'()*+,=:@/[\]|%]*$/

/** A dot or a slash that is encoded is there to be read twice. */
const ENCODED_SEPARATOR = /%(?:2e|2f|3b|5c)/i

/** Once decoded: controls, separators, what would be decoded again, and ends that file systems don't count. */
const AMBIGUOUS = /[\p{Cc}\p{Zl}\p{Zp}/\\;]|%[\da-f]{2}|^\p{White_Space}|[\p{White_Space}.]$/iu

/**
 * The decoded segments after the leading slash; a trailing slash makes an empty last one. Null for a path that could be
 * read in two ways: `..`, `.` and empty segments, backslashes, encoded separators, bytes that aren't UTF-8, text that is
 * another one when normalized, whatever would change if it were decoded a second time.
 */
export function plainSegments(path: string): string[] | null {
  if (path.length > LONGEST_PATH || !PLAIN_PATH.test(path)) return null
  const segments = path.slice(1).split('/')
  const encoded = path.includes('%')
  if (encoded && ENCODED_SEPARATOR.test(path)) return null
  for (const [index, raw] of segments.entries()) {
    if (raw === '') {
      if (index === segments.length - 1) break
      return null
    }
    const segment = encoded ? decode(raw) : raw
    if (segment === null || segment.endsWith('.') || (encoded && AMBIGUOUS.test(segment))) return null
    segments[index] = segment
  }
  return segments
}

/** Null for what is no UTF-8, and for what a server that normalizes would take for something else. */
function decode(raw: string): string | null {
  if (!raw.includes('%')) return raw
  try {
    const text = decodeURIComponent(raw)
    return text.normalize('NFKC') === text ? text : null
  } catch {
    return null
  }
}
