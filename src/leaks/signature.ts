/** Is a report from whom it says? ECDSA on P-256 with SHA-256 over the bytes of the body, as GitHub signs. */
import { verify } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Problem } from '../http/problem.ts'
import type { PublicKeys } from './public-keys.ts'

const identifierHeader = 'github-public-key-identifier'
const signatureHeader = 'github-public-key-signature'

const LONGEST_HEADER = 256
const RETRY_SECONDS = 60

/**
 * By the headers alone, so that whoever isn't the finder is refused before a body is read from them.
 * @returns what the body is held against; it throws 403
 * @throws {Problem} 403, or 503 while there is nothing to hold it against
 */
export async function signerOf(keys: PublicKeys, headers: IncomingHttpHeaders): Promise<(body: Uint8Array) => void> {
  const [identifier, signature] = [headers[identifierHeader], headers[signatureHeader]]
  if (!isSane(identifier) || !isSane(signature)) {
    throw new Problem('forbidden', {
      detail: 'Reports of leaks are signed: send Github-Public-Key-Identifier and Github-Public-Key-Signature.',
    })
  }
  const key = await keys.find(identifier)
  if (key === 'unavailable') throw new Problem('unavailable', { retryAfterSeconds: RETRY_SECONDS })
  if (!key) throw new Problem('forbidden', { detail: 'No public key of this identifier is known.' })
  return (body) => {
    if (!verify('sha256', body, key, Buffer.from(signature, 'base64'))) {
      throw new Problem('forbidden', { detail: 'The signature is not one of this body by this key.' })
    }
  }
}

const isSane = (header: string | string[] | undefined): header is string =>
  typeof header === 'string' && header !== '' && header.length <= LONGEST_HEADER
