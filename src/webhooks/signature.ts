/** Signs what is sent, as Standard Webhooks 1.0 says: HMAC-SHA256 over `id.timestamp.body`. */
import { createHmac } from 'node:crypto'

/** Before the secret's base64, so that whoever finds one knows what it is. */
const SECRET_PREFIX = 'whsec_'
/** The standard wants 24 to 64. */
export const SECRET_BYTES = 32

export interface Message {
  /** `webhook-id`: the same in each attempt, so that the receiver knows a repetition. */
  id: string
  /** Of this attempt: a receiver refuses what is older than a few minutes. */
  at: Date
  /** To the byte as it is sent. */
  body: string
}

/** @param secrets the newest first: while one is exchanged for another, both sign */
export function signedHeaders({ id, at, body }: Message, secrets: readonly Buffer[]): Record<string, string> {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const signatures = secrets.map((secret) => {
    const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')
    return `v1,${signature}`
  })
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') }
}

export function secretText(secret: Uint8Array): string {
  return `${SECRET_PREFIX}${Buffer.from(secret).toString('base64')}`
}

/** Null for what is none. */
export function readSecret(text: string): Buffer | null {
  if (!text.startsWith(SECRET_PREFIX)) return null
  const base64 = text.slice(SECRET_PREFIX.length)
  const secret = Buffer.from(base64, 'base64')
  // Node skips what is no base64: only what comes out again as it went in was some.
  return secret.toString('base64') === base64 && secret.length >= 24 && secret.length <= 64 ? secret : null
}
