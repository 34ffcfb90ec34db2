/** How limits look in an answer: the fields of draft-ietf-httpapi-ratelimit-headers (-10 and -11), and what clients from before it read. */
import type { Counter } from './counters.ts'

export type HeaderPairs = readonly (readonly [name: string, value: string])[]

export function rateLimitHeaders(counters: readonly Counter[], nowMs: number): HeaderPairs {
  const [first] = counters
  if (!first) return none
  const at = performance.now()
  let policies = ''
  let states = ''
  for (const counter of counters) {
    const comma = states === '' ? '' : ', '
    policies += `${comma}"${counter.policy}";q=${counter.limit};w=${counter.window}`
    states += `${comma}"${counter.policy}";r=${left(counter)};t=${resetSeconds(counter, at)}`
  }
  return [
    ['ratelimit-policy', policies],
    ['ratelimit', states],
    ['x-ratelimit-limit', String(first.limit)],
    ['x-ratelimit-remaining', String(left(first))],
    ['x-ratelimit-reset', String(Math.ceil(nowMs / 1000) + resetSeconds(first, at))],
  ]
}

const none: HeaderPairs = []

const left = ({ remaining, outstanding }: Counter): number => Math.max(0, remaining - outstanding)

/** Seconds until one unit more. What has been used since all of it was there comes back no later than this. */
function resetSeconds(counter: Counter, at: number): number {
  const { resetAt, limit, window, policy } = counter
  if (resetAt > at) return Math.ceil((resetAt - at) / 1000)
  if (left(counter) >= limit) return 0
  return policy.endsWith('burst') ? Math.max(1, Math.ceil(window / limit)) : window
}
