/**
 * What limits look like in an answer: the fields of draft-ietf-httpapi-ratelimit-headers (-10 and -11), and what clients
 * from before it read. `Retry-After` is its sender's.
 */
import { policyNames } from './decision.ts'
import type { Decision, Meters } from './limits.ts'
import { HOUR_SECONDS, windowSeconds } from './window.ts'

/** The same for as long as the limits are. */
const policyFields = new WeakMap<Meters, string>()

/** Names and values alternate, as `writeHead` takes them. */
export function headersOf({ policies }: Decision, meters: Meters, nowMs: number): string[] {
  const [first] = policies
  if (!first) return []
  let state = ''
  for (const { policy, remaining, resetSeconds } of policies) {
    state += `${state === '' ? '' : ', '}"${policy}";r=${remaining};t=${resetSeconds}`
  }
  return [
    'ratelimit-policy',
    policyField(meters),
    'ratelimit',
    state,
    'x-ratelimit-limit',
    String(first.limit),
    'x-ratelimit-remaining',
    String(first.remaining),
    'x-ratelimit-reset',
    String(Math.ceil(nowMs / 1000) + first.resetSeconds),
  ]
}

function policyField(meters: Meters): string {
  const known = policyFields.get(meters)
  if (known !== undefined) return known
  const field = meters
    .flatMap((meter) => {
      const { hour, burst } = meter.limits
      const names = policyNames(meter)
      return [
        ...(hour === null ? [] : [`"${names.hour}";q=${hour};w=${HOUR_SECONDS}`]),
        `"${names.burst}";q=${burst.size};w=${windowSeconds(burst)}`,
      ]
    })
    .join(', ')
  policyFields.set(meters, field)
  return field
}
