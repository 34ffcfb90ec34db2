/** What a policy may say: each field by itself, and what its routes mean together. */
import { z } from 'zod'
import { environment } from '../../http/api/wire.ts'
import type { InputFault } from '../../http/problem.ts'
import type { Resource } from '../../resources/resource.ts'
import { covers, readPattern, type Pattern } from './pattern.ts'

const MOST_ROUTES = 500
const MOST_SCOPES = 20
const HIGHEST_COST = 10_000

const match = z.string().superRefine((text, context) => {
  const reading = readPattern(text)
  if (!reading.ok) context.addIssue({ code: 'custom', message: reading.fault })
})

const costRange = `must be a whole number from 1 to ${HIGHEST_COST}`

const route = z.strictObject({
  match: match.describe('A method and a path: `GET /reports/**`. The first route that matches counts.'),
  scopes: z
    .array(z.string().min(1))
    .max(MOST_SCOPES, { error: `must have at most ${MOST_SCOPES} entries` })
    .transform((names) => [...new Set(names)])
    .describe('All of them are needed.'),
  cost: z
    .int({ error: costRange })
    .min(1, { error: costRange })
    .max(HIGHEST_COST, { error: costRange })
    .default(1)
    .describe('Units that a call costs.'),
})

const instead = z.literal(403, { error: 'must be 403 or null' }).nullable().default(null)

export const policyBody = z.strictObject({
  environment: environment.default('live'),
  on_limit: instead.describe('The status of a call over a limit, in place of 429: for nginx.'),
  on_outage: instead.describe('The status while the truth can’t be known, in place of 503: for nginx.'),
  mode: z
    .enum(['enforce', 'observe'], { error: 'must be enforce or observe' })
    .default('enforce')
    .describe('`observe` answers 200 to everything, with the verdict in `x-auth-code`.'),
  routes: z.array(route).max(MOST_ROUTES, { error: `must have at most ${MOST_ROUTES} entries` }),
})

export type PolicyBody = z.output<typeof policyBody>

/** A route's scopes are its own resource's, and each route can be reached. */
export function routeFaults(routes: PolicyBody['routes'], resource: Pick<Resource, 'name' | 'scopes'>): InputFault[] {
  const own = new Set(resource.scopes.map(({ name }) => name))
  const patterns: Pattern[] = []
  return routes.flatMap(({ match: text, scopes }, index) => {
    const unknown = scopes.flatMap((name, place) =>
      own.has(name)
        ? []
        : [
            {
              path: `/routes/${index}/scopes/${place}`,
              code: 'unknown_scope',
              message: `is not a scope of ${resource.name}`,
            },
          ],
    )
    const reading = readPattern(text)
    if (!reading.ok) return unknown
    const before = patterns.findIndex((pattern) => covers(pattern, reading.pattern))
    patterns.push(reading.pattern)
    if (before === -1) return unknown
    const message = `can never be reached: the route ${routes[before]?.match ?? ''} before it matches all that it does`
    return [...unknown, { path: `/routes/${index}/match`, code: 'unreachable', message }]
  })
}
