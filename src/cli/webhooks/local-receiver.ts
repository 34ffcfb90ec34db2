/** Whoever writes a receiver, at a URL of theirs: what is posted there is signed as the server signs it. */
import { randomBytes } from 'node:crypto'
import { bodyOf } from '../../webhooks/deliveries/delivery.ts'
import { readSecret, SECRET_BYTES, secretText, signedHeaders } from '../../webhooks/signature.ts'
import { CommandFailure, usageFailure } from '../failure.ts'

export interface Told {
  id: string
  type: string
  at: Date
  data: unknown
}

export interface LocalReceiver {
  /** `whsec_…`, to verify by. */
  secret: string
  /** @returns the status that it answered. @throws {CommandFailure} where nothing answers */
  post(event: Told): Promise<number>
}

/** As long as the server waits. */
const TIMEOUT_MS = 15_000

/** @param given the secret to sign with; a new one unless said */
export function localReceiver(forwardTo: string, given: string | undefined): LocalReceiver {
  const url = URL.parse(forwardTo)
  if (!url || !/^https?:$/.test(url.protocol)) throw usageFailure('--forward-to is a URL: http://localhost:8080/hook')
  const secret = given === undefined ? randomBytes(SECRET_BYTES) : readSecret(given)
  if (!secret) throw usageFailure('--secret is whsec_ and the base64 of 24 to 64 bytes.')
  return {
    secret: secretText(secret),
    async post({ id, type, at, data }) {
      const body = bodyOf({ type, at, data })
      const headers = { 'content-type': 'application/json', ...signedHeaders({ id, at: new Date(), body }, [secret]) }
      try {
        const signal = AbortSignal.timeout(TIMEOUT_MS)
        const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
        await answer.body?.cancel()
        return answer.status
      } catch (error) {
        throw new CommandFailure(`${url.origin} does not answer (${whyOf(error)}). Does the receiver run there?`)
      }
    },
  }
}

function whyOf(error: unknown): string {
  const { name, cause } = error as { name: string; cause?: { code?: string } }
  return name === 'TimeoutError' ? `nothing in ${TIMEOUT_MS / 1_000} s` : (cause?.code ?? name)
}
