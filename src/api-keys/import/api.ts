/** `POST /v1/keys/import`. */
import { z } from 'zod'
import { importAnswer, importBody } from '../../http/api/import-rows.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { LONGEST_IMPORT } from '../../http/body.ts'
import { Problem } from '../../http/problem.ts'
import type { LimitOverrides } from '../../limits/limits.ts'
import { hashKeyLine, MOST_IN_A_REQUEST } from './hash-key.ts'
import { importApiKeys, type ImportServices } from './import.ts'
import { reference, rowFields } from './row.ts'

export type ImportApiServices = ImportServices & {
  /** The schema of limits over a tier's. */
  limitOverrides: z.ZodType<LimitOverrides>
}

export function importRoutes(services: ImportApiServices): ApiRoute[] {
  const rowSchema = rowFields(services.limitOverrides)
  return [
    apiRoute({
      method: 'POST',
      path: '/v1/keys/import',
      summary: 'Bring API keys of another system along, by their hashes or in plain text; a result for each row',
      access: 'keys:write',
      creates: true,
      longestBody: LONGEST_IMPORT,
      body: z.strictObject({
        ...importBody(rowSchema),
        hash_keys: z
          .array(hashKeyLine)
          .max(MOST_IN_A_REQUEST, { error: `must be at most ${MOST_IN_A_REQUEST}` })
          .default([])
          .describe('What the hmac-sha256 hashes among the rows were made with.'),
        default_organization_id: reference.optional().describe('Of rows that name none.'),
      }),
      answer: { status: 200, body: importAnswer },
      problems: ['forbidden'],
      async handle({ principal, reach, body, context, tx }) {
        if (reach !== 'everything') {
          throw new Problem('forbidden', {
            detail: 'Only an administrator of the platform imports keys, with a credential that has admin:keys:write.',
          })
        }
        const wanted = {
          rows: body.rows,
          rowSchema,
          hashKeys: body.hash_keys,
          defaultOrganizationId: body.default_organization_id ?? null,
          dryRun: body.dry_run,
        }
        return { status: 200, body: await importApiKeys(tx, services, { principal, reach }, wanted, context) }
      },
    }),
  ]
}
