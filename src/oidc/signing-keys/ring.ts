/** The provider that is in use: built anew, without a restart, when a key's stage changes here or on another node. */
import type { JWKS, Provider } from 'oidc-provider'
import type { Changes } from '../../platform/changes.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import type { Log } from '../../platform/log.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { currentJwks, stageCheckSeconds } from './signing-keys.ts'

export interface SigningRing extends AsyncDisposable {
  /** Ask each time; never keep it. */
  provider: () => Provider
  publicJwks: () => JWKS
  refresh: () => Promise<void>
}

export async function openSigningRing(options: {
  db: Db
  secrets: Secrets
  clock: Clock
  changes: Pick<Changes, 'on' | 'onGap'>
  log: Log
  build: (jwks: JWKS) => Provider
}): Promise<SigningRing> {
  const { db, secrets, clock, changes, log, build } = options
  let current = await load()
  let loading: Promise<void> = Promise.resolve()

  async function load() {
    const { jwks, publicJwks, fingerprint } = await currentJwks(db, secrets, clock)
    return { publicJwks, fingerprint, provider: build(jwks) }
  }

  /** One after the other, so that an older read never replaces a newer one. */
  function refresh(): Promise<void> {
    loading = loading
      .catch(() => undefined)
      .then(async () => {
        const { jwks, publicJwks, fingerprint } = await currentJwks(db, secrets, clock)
        if (fingerprint !== current.fingerprint) current = { publicJwks, fingerprint, provider: build(jwks) }
      })
    return loading
  }

  const attempt = () => {
    refresh().catch((err: unknown) =>
      log.warn({ err }, 'the signing keys could not be read; the known ones stay in use'),
    )
  }
  changes.on('signing_key', attempt)
  changes.onGap(attempt)
  const timer = setInterval(attempt, stageCheckSeconds * 1000)
  timer.unref()

  return {
    provider: () => current.provider,
    publicJwks: () => current.publicJwks,
    refresh,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await loading.catch(() => undefined)
    },
  }
}
