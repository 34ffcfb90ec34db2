/** `POST /v1/clients/import`. */
import { z } from 'zod'
import { importAnswer, importBody } from '../../http/api/import-rows.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { LONGEST_IMPORT } from '../../http/body.ts'
import { Problem } from '../../http/problem.ts'
import { importClients, type ImportServices } from './import.ts'
import { clientRowFields } from './row.ts'

export function clientImportRoutes(services: ImportServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'POST',
      path: '/v1/clients/import',
      summary: 'Bring clients of another system along, with their client_ids and secrets; a result for each row',
      access: 'clients:write',
      creates: true,
      longestBody: LONGEST_IMPORT,
      body: z.strictObject(importBody(clientRowFields)),
      answer: { status: 200, body: importAnswer },
      problems: ['forbidden'],
      async handle({ principal, reach, body: { rows, dry_run: dryRun }, context, tx }) {
        if (reach !== 'everything') {
          throw new Problem('forbidden', {
            detail:
              'Only an administrator of the platform imports clients, with a credential that has admin:clients:write.',
          })
        }
        return { status: 200, body: await importClients(tx, services, { rows, dryRun, principal }, context) }
      },
    }),
  ]
}
