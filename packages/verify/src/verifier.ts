/** Decides about calls: at once where everything is known, and by asking Keygrant where it isn't. */
import { createAccessTokens } from './access-token.ts'
import { createAsks } from './asks.ts'
import { createAuthorities } from './authorities.ts'
import { createCharges } from './charges.ts'
import { createCounters } from './counters.ts'
import { credential, credentialOf, isToken, type Call, type Credential } from './credential.ts'
import { openFeed } from './feed.ts'
import { createGetter, createPoster } from './http.ts'
import { createNamed } from './named.ts'
import { settingsOf, type VerifierOptions } from './options.ts'
import { questionOf, type Question, type Requirement } from './question.ts'
import { createVerdicts, type Verdict } from './verdict.ts'

/** A call as the frameworks show it, or a credential that came by another way. */
export type Presented = Call | { readonly credential: string; readonly ip?: string | undefined }

/** Decides about one call. At once where everything is known. Never throws or rejects: an outage is a refusal, `unavailable`. */
export type Decide = (presented: Presented) => Verdict | Promise<Verdict>

export interface Verifier {
  /** For a route: what is asked of each of its callers. @throws {TypeError} for a question that makes no sense */
  requireScope(scopes: string | readonly string[], requirement?: Requirement): Decide
  /** The same for one call. */
  verify(
    presented: Presented,
    question?: Requirement & { readonly scopes?: string | readonly string[] },
  ): Verdict | Promise<Verdict>
  /** Resolves once revocations are heard. Calls that come before wait for it for a moment. */
  readonly ready: Promise<void>
  /** For a health check. */
  readonly state: VerifierState
  /** Tells what was spent, and hears no more. */
  close(): Promise<void>
}

export interface VerifierState {
  /** Revocations are heard, or were a moment ago: without `onOutage: 'stale'` calls are answered for as long as this holds. */
  readonly hearsRevocations: boolean
  /** Credentials that are held. */
  readonly held: number
  /** Units that passed and that Keygrant wasn't told of yet. */
  readonly unitsToTell: number
}

/** What is held may be used until this long after it was certain that every revocation had been heard. */
const TRUSTED_SILENCE_MS = 5_000

/** How soon to try again in an outage, in seconds. */
const OUTAGE_RETRY_SECONDS = 2

export function createVerifier(options: VerifierOptions): Verifier {
  const settings = settingsOf(options)
  const { issuer, apiUrl, apiKey, onOutage, fetch: send, now, warn, timeoutMs } = settings
  const authorization = `Bearer ${apiKey}`
  const verdicts = createVerdicts({ issuer, metadata: settings.resourceMetadata, now })
  const named = createNamed()
  const tokens = createAccessTokens({
    issuer,
    get: createGetter({ fetch: send, origin: issuer, timeoutMs }),
    now,
    staleKeys: onOutage === 'stale',
  })
  const feed = openFeed({
    url: `${apiUrl}/v1/revocations`,
    authorization,
    fetch: send,
    warn,
    handlers: {
      named: (kind, digest, at) => authorities.named(kind, digest, at),
      ready: (since) => named.begin(since),
      reset(from) {
        named.reset()
        if (from !== null) named.begin(from)
        authorities.clear()
      },
    },
  })
  const counters = createCounters()
  const charges = createCharges({
    intervalMs: settings.flushIntervalMs,
    settle: counters.settle,
    warn,
    tell: (charge, spent) => authorities.tell(charge, spent),
  })
  const authorities = createAuthorities({
    settings,
    asks: createAsks(createPoster({ fetch: send, origin: apiUrl, timeoutMs }, authorization)),
    counters,
    charges,
    feed,
    named,
    tokens,
    verdicts,
  })

  const hears = () => feed.ageMs() <= TRUSTED_SILENCE_MS
  const outage = () => verdicts.refusal('unavailable', { retryAfterSeconds: OUTAGE_RETRY_SECONDS })

  function decide(found: Credential, ip: string | undefined, question: Question): Verdict | Promise<Verdict> {
    if (found.dpop) return verdicts.refusal(isToken(found.text) ? 'proof_required' : 'malformed')
    if (hears()) return authorities.judge(found.text, ip, question, false)
    return withoutFeed(found, ip, question)
  }

  function withoutFeed({ text }: Credential, ip: string | undefined, question: Question): Verdict | Promise<Verdict> {
    if (feed.ageMs() !== Infinity) return onOutage === 'deny' ? outage() : authorities.judge(text, ip, question, true)
    // It has only just been started.
    return within(timeoutMs, feed.ready).then((ready) =>
      ready ? authorities.judge(text, ip, question, false) : outage(),
    )
  }

  function requireQuestion(question: Question): Decide {
    return (presented) => {
      const found = 'credential' in presented ? credential(presented.credential) : credentialOf(presented)
      if (typeof found === 'string') return verdicts.refusal(found)
      return decide(found, presented.ip, question)
    }
  }

  async function close(): Promise<void> {
    await charges.flush()
    // What came while the last was told.
    await charges.flush()
    charges.stop()
    feed.close()
  }

  return {
    requireScope: (scopes, requirement) => requireQuestion(questionOf(scopes, requirement)),
    verify: (presented, { scopes = [], ...requirement } = {}) =>
      requireQuestion(questionOf(scopes, requirement))(presented),
    ready: feed.ready,
    get state() {
      return { hearsRevocations: hears(), held: authorities.size, unitsToTell: charges.pendingUnits }
    },
    close,
  }
}

async function within(ms: number, promise: Promise<void>): Promise<boolean> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)))
  try {
    return await Promise.race([promise.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
