/** `GET /v1/limits`: what the credential that asks may still spend. Looking charges nothing. */
import { z } from 'zod'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { environment } from '../http/api/wire.ts'

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

export function spendingRoutes(): ApiRoute[] {
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
        const shown = limits.map(({ resetSeconds, ...policy }) => ({ ...policy, reset_in: resetSeconds }))
        return Promise.resolve({ status: 200, body: { tier, environment: where, limits: shown } })
      },
    }),
  ]
}
