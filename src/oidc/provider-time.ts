/**
 * oidc-provider reads this machine's clock, which may be wrong; everything else goes by the database's. What passes between
 * them is translated, by whole seconds, so that what one node writes another reads alike, and so that tokens carry the
 * right time. Where both clocks agree to half a second nothing is.
 */
import type { Context } from 'koa'
import type { AdapterPayload, KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { StoredPayload } from './adapter/model.ts'
import type { Unit } from './unit/unit.ts'

/** Seconds since 1970, in whatever the provider stores. */
const times = ['iat', 'exp', 'iiat', 'consumed', 'loginTs', 'authTime'] as const

type Timed = Record<string, unknown>

/** What a model gave, as the provider is to read it. */
export function toProvider(unit: Unit, payload: AdapterPayload | undefined): AdapterPayload | undefined {
  return payload && unit.aheadSeconds !== 0 ? moved(payload, -unit.aheadSeconds) : payload
}

/** What the provider gave to be kept. */
export function fromProvider(unit: Unit, payload: StoredPayload): StoredPayload {
  return unit.aheadSeconds === 0 ? payload : (moved(payload, unit.aheadSeconds) as StoredPayload)
}

function moved(payload: Timed, seconds: number): Timed {
  const copy = move(payload, times, seconds)
  // The answers to an interaction: when the person signed in.
  for (const name of ['result', 'lastSubmission']) {
    const answer = copy[name] as { login?: Timed } | undefined
    if (answer?.login) copy[name] = { ...answer, login: move(answer.login, ['ts'], seconds) }
  }
  return copy
}

function move(object: Timed, names: readonly string[], seconds: number): Timed {
  const copy = { ...object }
  for (const name of names) if (typeof copy[name] === 'number') copy[name] += seconds
  return copy
}

/** What the provider signs: the claims that are times. */
const claims = ['iat', 'exp', 'auth_time'] as const

/** The claims of a JWT access token, before they are signed. */
export function moveClaims(unit: Unit, token: { payload: Timed }): void {
  if (unit.aheadSeconds !== 0) Object.assign(token.payload, move(token.payload, claims, unit.aheadSeconds))
}

/** An ID token's `exp` comes of its lifetime, and is moved with it. */
export function idTokenLifetime(unit: Unit, seconds: number): number {
  return Math.max(1, seconds + unit.aheadSeconds)
}

/** Its other times are set when its claims are gathered. */
export function patchIdToken(provider: Provider, currentUnit: () => Unit): void {
  const { IdToken } = provider as unknown as { IdToken: { prototype: { payload(): Promise<Timed> } } }
  const gather = IdToken.prototype.payload
  IdToken.prototype.payload = async function () {
    const unit = currentUnit()
    const payload = await gather.call(this)
    if (unit.aheadSeconds === 0) return payload
    const iat = Math.floor(unit.now.getTime() / 1000)
    return { ...move(payload, ['auth_time'], unit.aheadSeconds), iat }
  }
}

/** What introspection tells of an opaque token. It comes before what answers for other tokens. */
export function mendTimes(ctx: Context, unit: Unit): void {
  const body = ctx.body as Timed | null
  // What the provider has no route for has no `oidc`.
  const { oidc } = ctx as unknown as { oidc?: KoaContextWithOIDC['oidc'] }
  if (unit.aheadSeconds !== 0 && oidc?.route === 'introspection' && body?.['active'] === true)
    ctx.body = move(body, claims, unit.aheadSeconds)
}
