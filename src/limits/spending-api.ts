/** What the credential that asks may still spend, and what an API key may. Looking charges nothing to whom it is about. */
import { z } from 'zod'
import type { Principal, Reach } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { environment } from '../http/api/wire.ts'
import type { Metered, PolicyState } from './limits.ts'
import type { LookAt } from './look-at.ts'

const spending = z
  .strictObject({
    tier: z.string(),
    environment: z.enum([...environment.options, '-']).describe('`-` for an access token.'),
    limits: z
      .array(
        z.strictObject({
          policy: z.string(),
          limit: z.int(),
          remaining: z.int(),
          reset_in: z.int().min(0).describe('Seconds until one more unit.'),
        }),
      )
      .describe('As verify gives them; unlimited ones are left out.'),
  })
  .meta({ id: 'Spending' })

export type SpendingOut = z.output<typeof spending>

const shown = ({ resetSeconds, ...policy }: PolicyState) => ({ ...policy, reset_in: resetSeconds })

/** What limits need of API keys. */
export interface SpendingServices {
  lookAt: LookAt
  /** @throws {Problem} `not_found` for what the caller may not see */
  keyOf: (asker: { principal: Principal; reach: Reach }, id: string) => Promise<Metered>
}

export function spendingRoutes({ lookAt, keyOf }: SpendingServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/limits',
      operation: 'getLimits',
      summary: 'See what this credential may still spend',
      access: 'any-credential',
      charge: false,
      answer: { status: 200, body: spending },
      handle({ principal }) {
        const { tier, environment: where, limits } = principal.spending
        return Promise.resolve({ status: 200, body: { tier, environment: where, limits: limits.map(shown) } })
      },
    }),

    apiRoute({
      method: 'GET',
      path: '/v1/keys/:id/limits',
      operation: 'getKeyLimits',
      summary: 'See what an API key may still spend; looking charges it nothing',
      access: 'keys:read',
      params: z.strictObject({ id: z.string().describe('The key’s id.') }),
      answer: { status: 200, body: spending },
      problems: ['not_found'],
      async handle({ principal, reach, params: { id } }) {
        const metered = await keyOf({ principal, reach }, id)
        const { tier, policies } = await lookAt(metered)
        return { status: 200, body: { tier, environment: metered.environment, limits: policies.map(shown) } }
      },
    }),
  ]
}
