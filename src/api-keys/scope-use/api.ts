/** `/v1/keys/:id/scope-usage`: which of a key's scopes are needed, and which it could do without. */
import { z } from 'zod'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { getApiKey } from '../get.ts'
import type { KeyServices } from '../services.ts'
import { scopeUsesOf, UNUSED_DAYS, type ScopeUse } from './scope-use.ts'
import { getScopeUsesSince, listScopeUses } from './store.ts'

const scopeUseSchema = z
  .strictObject({
    data: z.array(
      z.strictObject({
        scope: z.string(),
        last_needed_on: z.iso
          .date()
          .nullable()
          .describe('The day (in UTC) on which something that was allowed needed it last; null: none that is known.'),
        unused: z
          .boolean()
          .describe(
            `Whether it is known that nothing has needed it for ${UNUSED_DAYS} days: a rotation can leave it out.`,
          ),
      }),
    ),
  })
  .meta({ id: 'ScopeUsage' })
export type ScopeUsageOut = z.output<typeof scopeUseSchema>

const shown = ({ scope, lastNeededOn, unused }: ScopeUse) => ({
  scope,
  last_needed_on: lastNeededOn === null ? null : lastNeededOn.toISOString().slice(0, 10),
  unused,
})

export function scopeUseRoutes({ db, clock }: Pick<KeyServices, 'db' | 'clock'>): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/keys/:id/scope-usage',
      operation: 'getKeyScopeUsage',
      summary: 'See which scopes of an API key are needed, and which nothing has needed for 30 days',
      access: 'keys:read',
      params: z.strictObject({ id: z.string().describe('The key’s id.') }),
      answer: { status: 200, body: scopeUseSchema },
      problems: ['not_found'],
      async handle({ principal, reach, params: { id } }) {
        const now = clock.now()
        const key = await getApiKey(db, { principal, reach }, id, now)
        const [uses, recordedSince] = await Promise.all([listScopeUses(db, id), getScopeUsesSince(db)])
        return { status: 200, body: { data: scopeUsesOf(key, uses, { recordedSince, now }).map(shown) } }
      },
    }),
  ]
}
