/** A request's body, read whole but never without a bound. */
import type { IncomingMessage } from 'node:http'
import { Problem } from './problem.ts'

export const LONGEST_BODY = 64 * 1024
/** A thousand rows of what is brought along from another system. */
export const LONGEST_IMPORT = 2 * 1024 * 1024
/** What was found in one sweep over everything that is public. */
export const LONGEST_LEAKS = 5 * 1024 * 1024

/**
 * By events: an iterator over the stream costs more than many an answer.
 * @throws {Problem} `payload_too_large` past `longest` bytes
 */
export function readBody(request: IncomingMessage, longest = LONGEST_BODY): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let length = 0
    const onData = (chunk: Buffer) => {
      chunks.push(chunk)
      length += chunk.length
      if (length <= longest) return
      // The rest is let by unread: on a closed socket nobody would get the answer, and behind what stays in it, whoever
      // comes next on the same connection, a gateway's perhaps, would wait for ever.
      stop()
      request.resume()
      reject(new Problem('payload_too_large', { detail: `The body may have ${longest} bytes.` }))
    }
    const onEnd = () => {
      stop()
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks))
    }
    const onError = (error: Error) => {
      stop()
      reject(error)
    }
    const stop = () => request.off('data', onData).off('end', onEnd).off('error', onError)
    request.on('data', onData).on('end', onEnd).on('error', onError)
  })
}
