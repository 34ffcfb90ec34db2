/** Verifiers of one server, as resource servers would have them. */
import { createVerifier, type Verdict, type Verifier, type VerifierOptions } from '../../packages/verify/src/index.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { startCheckServer } from '../check/stage.ts'
import { addAdministratorKey, call } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
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

const quiet = { warn: () => undefined }

/**
 * A clock that jumps by two minutes: what was heard while the server was prepared is then long past, and what is held is
 * held for good.
 */
export interface JumpingClock extends Clock {
  jump(): void
}

export function jumpingClock(): JumpingClock {
  let aheadMs = 0
  return { now: () => new Date(Date.now() + aheadMs), jump: () => void (aheadMs += 120_000) }
}

/** Resolves when the server knows this resource, and so has heard all that was told before. */
export async function knowsResource(server: Pick<TestServer, 'url'>, key: string, resource: string): Promise<void> {
  await eventually(async () => {
    const { body } = await call(server.url, 'POST', '/v1/keys/verify', { key, body: { credential: key, resource } })
    if (body.code !== 'valid') throw new Error(`${resource} is not known yet`)
  })
}

/** The server of the checks' tests, with nothing new to hear of it. */
export async function startSettledServer(): Promise<TestServer> {
  const clock = jumpingClock()
  const server = await startCheckServer({}, clock)
  const { key } = await addAdministratorKey(server)
  await knowsResource(server, key, 'https://api.example.com/files')
  clock.jump()
  return server
}

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
