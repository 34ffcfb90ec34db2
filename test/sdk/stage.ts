/** Verifiers of one server, as resource servers would have them. */
import { createVerifier, type Verdict, type Verifier, type VerifierOptions } from '../../packages/verify/src/index.ts'
import { addAdministratorKey } from '../support/api.ts'
import type { TestServer } from '../support/server.ts'

/** What went over the wire, for tests that count it. */
export interface Wire {
  verifies: { requests: Record<string, unknown>[] }[]
  fetch: typeof fetch
}

export function openWire(): Wire {
  const verifies: Wire['verifies'] = []
  return {
    verifies,
    fetch: (url, init) => {
      const { body } = init ?? {}
      if (typeof body === 'string') verifies.push(JSON.parse(body))
      return fetch(url, init)
    },
  }
}

export const quiet = { warn: () => undefined }

/** @returns verifiers that hear revocations already */
export async function openVerifiers(server: TestServer) {
  const { key: apiKey } = await addAdministratorKey(server)
  return async (options: Partial<VerifierOptions> & { resource: string }): Promise<Verifier & AsyncDisposable> => {
    const verifier = createVerifier({ issuer: server.url, apiKey, log: quiet, ...options })
    await verifier.ready
    return Object.assign(verifier, { [Symbol.asyncDispose]: verifier.close })
  }
}

export const codeOf = (verdict: Verdict): string => (verdict.allowed ? 'valid' : verdict.code)
