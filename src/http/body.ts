/** A request's body, read whole but never without a bound. */
import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

export const LONGEST_BODY = 64 * 1024

/** @throws {Problem} `payload_too_large` past `longest` bytes */
export async function readBody(request: IncomingMessage, longest = LONGEST_BODY): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  // Left open where reading stops early: on a closed socket nobody would get the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > longest) throw new Problem('payload_too_large', { detail: `The body may have ${longest} bytes.` })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
