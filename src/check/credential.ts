/** The credential of a request: an API key or an access token, in `Authorization` or `X-API-Key`. */
import type { IncomingMessage } from 'node:http'
import { parseApiKey } from '../api-keys/format.ts'

export type Credential =
  | { kind: 'api_key'; text: string }
  /** `dpop`: sent as `Authorization: DPoP …` (RFC 9449). */
  | { kind: 'jwt' | 'opaque'; text: string; dpop: boolean }

export type CredentialFault = 'missing' | 'malformed' | 'ambiguous'

/** RFC 6750, 2.1: the scheme in any case, then one `b64token`. */
const authorization = /^(bearer|dpop) +([\w\-.~+/]+=*)$/i
/** As the provider draws them: a prefix and 256 bits. */
const opaqueToken = /^kgat_[\w-]{43}$/
const jwt = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Nobody sends more; a longer one isn't read. */
const LONGEST = 8 * 1024

/** `ambiguous`: two credentials, of which one could be meant for us and one for somebody else. */
export function credentialOf(request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>): Credential | CredentialFault {
  const { authorization: header, 'x-api-key': key } = request.headers
  if (sent(request.rawHeaders) > 1) return 'ambiguous'
  if (key !== undefined) return typeof key === 'string' ? parseCredential(key.trim()) : 'malformed'
  if (header === undefined) return 'missing'
  if (header.length > LONGEST) return 'malformed'
  const match = authorization.exec(header.trim())
  return match ? parseCredential(match[2] ?? '', (match[1] ?? '').length === 4) : 'malformed'
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

/** What kind of credential a text is, without looking it up. */
export function parseCredential(text: string, dpop = false): Credential | 'missing' | 'malformed' {
  if (text === '') return 'missing'
  if (text.length > LONGEST) return 'malformed'
  if (parseApiKey(text)) return dpop ? 'malformed' : { kind: 'api_key', text }
  if (opaqueToken.test(text)) return { kind: 'opaque', text, dpop }
  if (jwt.test(text)) return { kind: 'jwt', text, dpop }
  return 'malformed'
}
