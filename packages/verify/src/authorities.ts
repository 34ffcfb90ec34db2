/** What is known of credentials: judged by what is held, learnt from the server, and forgotten by what the feed names. */
import { looksLikeJwt, type AccessTokenClaims, type AccessTokens } from './access-token.ts'
import { isAddress } from './address.ts'
import type { Asks, Told } from './asks.ts'
import type { Charge, Charges, Spent } from './charges.ts'
import { isPressing, retell, type Counters } from './counters.ts'
import { createCredentialDigest } from './digest.ts'
import type { Feed } from './feed.ts'
import { createGenerations } from './generations.ts'
import { createHolding, type Facts, type Held } from './held.ts'
import { judge } from './judge.ts'
import { factsOf, heldOf, heldToken, ownDigests, verdictOf, type Learning } from './learn.ts'
import type { Named } from './named.ts'
import type { Settings } from './options.ts'
import type { Question } from './question.ts'
import type { Refusal, Verdict, Verdicts } from './verdict.ts'
import type { Asked, HoldableAnswer } from './wire.ts'

export interface Authorities {
  /** @param blind revocations aren't heard, and what is held has to do */
  judge(text: string, ip: string | undefined, question: Question, blind: boolean): Verdict | Promise<Verdict>
  /** Tells the server what passed. */
  tell(charge: Charge, spent: Spent): Promise<void>
  /** Something changed, and everything that hangs on it is worthless. */
  named(kind: string, digest: string, at: number): void
  clear(): void
  readonly size: number
}

export interface AuthoritiesOptions {
  settings: Settings
  asks: Asks
  counters: Counters
  charges: Charges
  feed: Pick<Feed, 'isLive' | 'serverNow'>
  named: Named
  tokens: AccessTokens
  verdicts: Verdicts
}

/** A call of one credential. */
interface Asking {
  readonly digest: string
  readonly text: string
  readonly ip: string | undefined
  readonly question: Question
  /** The server has charged it already, by an answer that an event has overtaken. */
  paid: boolean
}

/** What is nobody's, and until when it is taken for that, by a clock that nobody sets. */
interface Nobodys {
  readonly code: 'not_found' | 'malformed'
  readonly until: number
}

const UNKNOWN_CAPACITY = 10_000
/** What is unknown is asked about again after this, whatever is heard. */
const UNKNOWN_MS = 60_000

/**
 * A node may hear of a change a little later than the one that told it here. For as long as an event is younger than this,
 * an answer about what it names is good for a moment, and asked for again.
 */
const LATE_NODES_MS = 6_000
const MOMENT_MS = 250

/** Clocks of nodes are never further apart: whether an event or a token was first can't be told within it. */
const CLOCKS_APART_MS = 60_000

/** An event can overtake an answer again and again only if somebody changes the same key without pause. */
const MOST_LOOKS = 4

/** How soon to ask again after a failure, in seconds. */
const RETRY_SECONDS = 2

/** What every answer hangs on, besides what it says: what scopes there are, and what signatures are believed. */
const everybodys = ['kind resource', 'kind signing_key']

export function createAuthorities(options: AuthoritiesOptions): Authorities {
  const { settings, asks, counters, charges, feed, named, tokens, verdicts } = options
  const { resource, environment, capacity, onOutage, now, warn, isMistyped } = settings
  const digestOf = createCredentialDigest()
  const held = createHolding<Held>(capacity, (value) => counters.release(value.counters))
  const facts = createHolding<Facts>(capacity, (value) => counters.release(value.counters))
  const nobodys = createGenerations<Nobodys>(UNKNOWN_CAPACITY)
  const looking = new Map<string, Promise<unknown>>()
  let failing = false

  const outage = (): Refusal => verdicts.refusal('unavailable', { retryAfterSeconds: RETRY_SECONDS })
  // What is no address is answered like none, and may be of any length.
  const addressKey = (digest: string, ip: string | undefined) => `${digest} ${isAddress(ip) ? ip : ''}`

  function find(digest: string, ip: string | undefined): Held | undefined {
    const found = held.get(digest)
    return found?.addressBound ? held.get(addressKey(digest, ip)) : found
  }

  function byNobodys(digest: string): Refusal | null {
    const found = nobodys.get(digest)
    return found && found.until > performance.now() ? verdicts.refusal(found.code) : null
  }

  function rememberNobodys(digest: string, code: Nobodys['code'], until = Infinity): void {
    nobodys.set(digest, { code, until: Math.min(until, performance.now() + UNKNOWN_MS) })
  }

  /** By what is held; null: the server has to be asked. */
  function byHeld({ digest, text, ip, question }: Asking, blind: boolean): Verdict | null {
    const found = find(digest, ip)
    if (found === undefined) return null
    if (!blind && found.freshUntil !== Infinity && performance.now() > found.freshUntil) return null
    const verdict = judge(found, { question, nowMs: now(), blind }, verdicts)
    if (verdict?.allowed && found.charge) {
      charges.add(found.charge, text, question.cost)
      if (isPressing(found.counters)) charges.hurry()
    }
    return verdict
  }

  async function byServer(asking: Asking): Promise<Verdict> {
    try {
      for (let looks = 0; looks < MOST_LOOKS; looks++) {
        const verdict = await (asking.paid ? ask(asking, null) : once(asking))
        failing = false
        if (verdict) return verdict
        if (asking.paid) continue
        const learnt = byHeld(asking, false)
        if (learnt) return learnt
      }
      return outage()
    } catch (error) {
      if (!failing) warn('a credential could not be asked about', error)
      failing = true
      return (onOutage === 'stale' ? byHeld(asking, true) : null) ?? outage()
    }
  }

  /** One look at a credential that isn't held serves all who wait for it. Null: by now it may be held. */
  async function once(asking: Asking): Promise<Verdict | null> {
    const { digest, ip } = asking
    if (find(digest, ip)) return ask(asking, null)
    const running = looking.get(digest)
    if (running) {
      await running.catch(() => undefined)
      return byNobodys(digest) ?? (find(digest, ip) ? null : ask(asking, null))
    }
    const look = lookAt(asking)
    looking.set(digest, look)
    try {
      return await look
    } finally {
      looking.delete(digest)
    }
  }

  async function lookAt(asking: Asking): Promise<Verdict | null> {
    const { digest, text } = asking
    // For a moment after a signing key came or went, a node may still publish the old ones.
    if (!looksLikeJwt(text) || isLately('kind signing_key')) return ask(asking, null)
    const heard = named.count
    const claims = await tokens.verify(text)
    if (claims === 'unavailable') return outage()
    if (claims === 'expired') return verdicts.refusal('expired')
    if (claims === 'invalid') {
      if (!named.isAfter('kind signing_key', heard)) rememberNobodys(digest, 'not_found')
      return verdicts.refusal('not_found')
    }
    const fact = facts.get(factsKey(claims))
    if (!fact || !isGood(claims, fact, heard)) return ask(asking, claims)
    keep(digest, heldToken(claims, fact, resource, verdicts))
    return null
  }

  /** All who could have ended it are known, and nothing has been heard of any of them since it was issued. */
  function isGood(claims: AccessTokenClaims, { dependsOn }: Facts, heard: number): boolean {
    const { iat, sub, client_id: clientId, fam, cnf } = claims
    // A person's token without its family, or one that needs a proof, is the server's to judge.
    if (!feed.isLive() || cnf !== undefined || iat === undefined || (sub !== clientId && fam === undefined))
      return false
    const issuedAt = iat * 1000 - CLOCKS_APART_MS
    // Whoever forges a token writes any time into it.
    if (issuedAt > feed.serverNow()) return false
    if (named.since > issuedAt || named.isAfter('kind signing_key', heard)) return false
    return [...dependsOn, ...ownDigests(claims), ...everybodys].every((digest) => named.lastAt(digest) < issuedAt)
  }

  /** @param claims of a token that isn't held. Null: an event came while the answer was on its way */
  async function ask(asking: Asking, claims: AccessTokenClaims | null): Promise<Verdict | null> {
    const { digest, text, ip, question } = asking
    const before = find(digest, ip)
    const charge = before?.charge ?? null
    const spent = charges.take(charge)
    const sent = { count: named.count, resets: named.resets, live: feed.isLive(), at: performance.now() }
    const { scopes, cost } = question
    const told = await asks
      .ask({ ...asked(text, ip, spent), scopes, ...(asking.paid ? {} : { cost }) })
      .catch((error: unknown) => {
        if (charge) charges.giveBack(charge, spent)
        throw error
      })
    if (charge) charges.heard(charge, spent)
    const learning: Learning = {
      answer: told.answer,
      counters: counters.told(told.answer.limits, told.number),
      askedCost: cost,
      ip,
      freshUntil: isLate(told) ? sent.at + MOMENT_MS : Infinity,
      before,
    }
    const verdict = verdictOf(learning, question, verdicts)
    const overtaken = sent.resets !== named.resets || isOvertaken(told, sent.count)
    if (!overtaken && sent.live && feed.isLive()) learn(digest, learning, claims)
    // Those that nobody is held by are forgotten.
    counters.settle(learning.counters, 0)
    if (!overtaken) return verdict
    asking.paid ||= verdict.allowed
    return null
  }

  const dependenciesOf = ({ answer }: Told<HoldableAnswer>) =>
    // What is unknown may have become known by a key, a token or a signing key.
    answer.kind === null ? ['kind api_key', 'kind token', ...everybodys] : [...answer.depends_on, ...everybodys]

  const isOvertaken = (told: Told<HoldableAnswer>, count: number) =>
    dependenciesOf(told).some((digest) => named.isAfter(digest, count))

  const isLately = (digest: string) => named.lastAt(digest) > feed.serverNow() - LATE_NODES_MS

  /** The node that gave this answer may not have heard yet what was heard here. */
  const isLate = (told: Told<HoldableAnswer>) => dependenciesOf(told).some(isLately)

  function learn(digest: string, learning: Learning, claims: AccessTokenClaims | null): void {
    const { answer, ip, freshUntil } = learning
    const { code } = answer
    if (code === 'not_found' || code === 'malformed') rememberNobodys(digest, code, freshUntil)
    const value = heldOf(learning, verdicts)
    if (!value) return
    keep(value.addressBound ? addressKey(digest, ip) : digest, value)
    // Says that there is an answer for each address, and is none itself.
    if (value.addressBound) keep(digest, { ...value, admission: null, charge: null })
    const fact = claims && freshUntil === Infinity ? factsOf(claims, learning) : null
    if (!claims || !fact) return
    counters.hold(fact.counters)
    facts.keep(factsKey(claims), fact)
  }

  function keep(key: string, value: Held): void {
    counters.hold(value.counters)
    held.keep(key, value)
  }

  function asked(credential: string, ip: string | undefined, { units, calls }: Spent): Asked {
    const address = isAddress(ip) ? { ip } : {}
    return { credential, resource, environment, spent: units, calls, ...address }
  }

  function clear(): void {
    held.clear()
    facts.clear()
    nobodys.clear()
  }

  return {
    judge(text, ip, question, blind) {
      const asking = { digest: digestOf(text), text, ip, question, paid: false }
      const verdict = byHeld(asking, blind)
      if (verdict) return verdict
      const nothing = byNobodys(asking.digest)
      if (nothing) return nothing
      if (!isPlausible(text) || isMistyped(text)) return verdicts.refusal('malformed')
      return blind ? outage() : byServer(asking)
    },
    async tell({ text, ip, counters: counted }, spent) {
      const { answer, number } = await asks.tell(asked(text, ip, spent))
      retell(counted, answer.limits, number)
    },
    named(kind, digest, at) {
      named.note(digest, at)
      named.note(`kind ${kind}`, at)
      if (kind === 'signing_key') tokens.renew()
      if (kind === 'signing_key' || kind === 'resource') return clear()
      const forgotten = held.forget(digest)
      facts.forget(digest)
      // It may be a new one, brought along from elsewhere.
      if (kind === 'api_key' && !forgotten) nobodys.clear()
    },
    clear() {
      tokens.renew()
      clear()
    },
    get size() {
      return held.size
    },
  }
}

/** Of what a header can hold, and what a credential of any format is made of. */
const isPlausible = (text: string): boolean => /^[\x21-\x7e]+$/.test(text)

/** Of a client and whoever it acts for, whose limits may be counted apart. */
const factsKey = ({ client_id: clientId, sub }: AccessTokenClaims): string => JSON.stringify([clientId, sub])
