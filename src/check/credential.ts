/** The credential of a request: an API key or an access token, in `Authorization` or `X-API-Key`. */
import type { IncomingMessage } from 'node:http'
import { parseApiKey } from '../api-keys/format.ts'
import { tokenKindOf } from '../api-keys/import/foreign.ts'

/** As it was presented: whether it is well-formed is asked only of what isn't known already. */
export interface Credential {
  readonly text: string
  /** Sent as `Authorization: DPoP …` (RFC 9449). */
  readonly dpop: boolean
}

export type CredentialFault = 'missing' | 'malformed' | 'ambiguous'
export type CredentialKind = 'api_key' | 'jwt' | 'opaque'

const opaqueToken = /^kgat_[\w-]{43}$/
const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Nobody sends more; a longer one isn't read. */
const LONGEST = 8 * 1024

/** `ambiguous`: two credentials, of which one could be meant for us and one for somebody else. */
export function credentialOf(request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): Credential | CredentialFault {
  const { authorization, 'x-api-key': key } = request.headers
  if (sent(request.rawHeaders) > 1) return 'ambiguous'
  if (key !== undefined) return typeof key === 'string' ? credential(key, false) : 'malformed'
  if (authorization === undefined) return 'missing'
  // RFC 6750, 2.1: the scheme in any case, and spaces.
  const space = authorization.indexOf(' ')
  if (space === -1) return 'malformed'
  const scheme = authorization.slice(0, space).toLowerCase()
  if (scheme !== 'bearer' && scheme !== 'dpop') return 'malformed'
  return credential(authorization.slice(space + 1), scheme === 'dpop')
}

/** A text that is no header of a request: what verify and introspection ask about. */
export function credential(given: string, dpop = false): Credential | 'missing' | 'malformed' {
  const text = given.trim()
  if (text === '') return 'missing'
  return text.length > LONGEST ? 'malformed' : { text, dpop }
}

/** What it would be, by its first look. */
export function kindOf(text: string): CredentialKind {
  return tokenKindOf(text) ?? 'api_key'
}

/** Can it be one of ours? The checksum of a key refuses a mistyped one without a look-up. */
export function isWellFormed(kind: CredentialKind, { text, dpop }: Credential): boolean {
  if (kind === 'opaque') return opaqueToken.test(text)
  return kind === 'jwt' ? jwt.test(text) : !dpop && parseApiKey(text) !== null
}

/** How many there are as they came: of a repeated `Authorization` Node shows the first alone. */
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
