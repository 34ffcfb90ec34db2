/** The credential of a request: an API key or an access token, in `Authorization` or `X-API-Key`, and nowhere else. */

/** Node's headers by their names in small letters, or a `Headers` object. */
export type CallHeaders = Readonly<Record<string, string | string[] | undefined>> | { get(name: string): string | null }

/** A call as the frameworks show it. */
export interface Call {
  readonly headers: CallHeaders
  /** Node's, which show a header that came twice. */
  readonly rawHeaders?: readonly string[] | undefined
  /** Where it came from: what a key's list of addresses is held against, and by what failures are throttled. */
  readonly ip?: string | undefined
}

export interface Credential {
  readonly text: string
  /** Sent as `Authorization: DPoP …` (RFC 9449). */
  readonly dpop: boolean
}

export type CredentialFault = 'missing' | 'malformed' | 'bad_request'

/** Nobody sends more; a longer one isn't looked at. */
const LONGEST = 8 * 1024

/** `bad_request`: two credentials, of which one could be meant for us and one for somebody else. */
export function credentialOf({ headers, rawHeaders }: Call): Credential | CredentialFault {
  const authorization = read(headers, 'authorization')
  const key = read(headers, 'x-api-key')
  if (authorization === 'several' || key === 'several') return 'bad_request'
  if (authorization !== null && key !== null) return 'bad_request'
  if (rawHeaders !== undefined && sent(rawHeaders) > 1) return 'bad_request'
  if (key !== null) return credential(key.text, false)
  if (authorization === null) return 'missing'
  // RFC 6750, 2.1: the scheme in any case, and spaces.
  const { text } = authorization
  const space = text.indexOf(' ')
  if (space === -1) return 'malformed'
  const scheme = text.slice(0, space)
  if (scheme === 'Bearer') return credential(text.slice(space + 1), false)
  const small = scheme.toLowerCase()
  if (small !== 'bearer' && small !== 'dpop') return 'malformed'
  return credential(text.slice(space + 1), small === 'dpop')
}

/** A text that is no header of a request. */
export function credential(given: string, dpop = false): Credential | CredentialFault {
  const text = given.trim()
  if (text === '') return 'missing'
  return text.length > LONGEST ? 'malformed' : { text, dpop }
}

type Read = { text: string } | 'several' | null

function read(headers: CallHeaders, name: string): Read {
  if (typeof headers.get === 'function') {
    const joined = (headers as { get(name: string): string | null }).get(name)
    // The parts of a header that came twice are joined so, and no credential has a comma.
    return joined === null ? null : joined.includes(',') ? 'several' : { text: joined }
  }
  const value = (headers as Readonly<Record<string, string | string[] | undefined>>)[name]
  if (value === undefined) return null
  if (typeof value === 'string') return { text: value }
  return value.length > 1 ? 'several' : { text: value[0] ?? '' }
}

/** How many there are as they came: of a repeated `Authorization` Node shows the first alone, and joins others. */
function sent(rawHeaders: readonly string[]): number {
  let count = 0
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (
      name.length === 13
        ? name.toLowerCase() === 'authorization'
        : name.length === 9 && name.toLowerCase() === 'x-api-key'
    )
      count++
  }
  return count
}

/** What a proof would be for: an access token, of either kind. */
export const isToken = (text: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text) || /^kgat_[\w-]{43}$/.test(text)
