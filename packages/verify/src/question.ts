/** What a route asks of its callers: read once, when the route is made. */

export interface Requirement {
  /** Units that a call is charged, 1 to 10,000; 1 unless said. */
  readonly cost?: number
}

export interface Question {
  /** All of them are needed. */
  readonly scopes: readonly string[]
  readonly cost: number
}

const HIGHEST_COST = 10_000
const MOST_SCOPES = 100
const LONGEST_SCOPE = 255

/** @throws {TypeError} for what no route can mean: better at the start than at the first call */
export function questionOf(scopes: string | readonly string[], { cost = 1 }: Requirement = {}): Question {
  const needed = typeof scopes === 'string' ? [scopes] : [...scopes]
  if (needed.length > MOST_SCOPES) throw new TypeError(`a route may need up to ${MOST_SCOPES} scopes`)
  for (const scope of needed) {
    // RFC 6749, 3.3.
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope) || scope.length > LONGEST_SCOPE)
      throw new TypeError(`${JSON.stringify(scope)} is no scope; several are given as an array`)
  }
  if (!Number.isInteger(cost) || cost < 1 || cost > HIGHEST_COST)
    throw new TypeError(`a cost must be a whole number from 1 to ${HIGHEST_COST}`)
  return { scopes: needed, cost }
}
