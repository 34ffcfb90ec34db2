/** `POST /v1/users/import`. */
import { z } from 'zod'
import { importAnswer, importBody } from '../../http/api/import-rows.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { LONGEST_IMPORT } from '../../http/body.ts'
import { Problem } from '../../http/problem.ts'
import { firebaseKeySchema } from './firebase-key.ts'
import { importUsers, type ImportServices } from './import.ts'
import { personFields } from './row.ts'

const MOST_HASH_KEYS = 8

export function userImportRoutes(services: ImportServices): ApiRoute[] {
  return [
    apiRoute({
      method: 'POST',
      path: '/v1/users/import',
      summary: 'Bring people of another system along, with the hashes of their passwords; a result for each row',
      access: 'users:write',
      creates: true,
      longestBody: LONGEST_IMPORT,
      body: z.strictObject({
        ...importBody(personFields),
        hash_keys: z
          .array(firebaseKeySchema)
          .max(MOST_HASH_KEYS, { error: `must be at most ${MOST_HASH_KEYS}` })
          .default([])
          .describe('The password hash parameters of the Firebase projects whose hashes are among the rows.'),
      }),
      answer: { status: 200, body: importAnswer },
      problems: ['forbidden'],
      async handle({ reach, body: { rows, hash_keys: hashKeys, dry_run: dryRun }, context, tx }) {
        if (reach !== 'everything') {
          throw new Problem('forbidden', {
            detail:
              'Only an administrator of the platform imports people, with a credential that has admin:users:write.',
          })
        }
        return { status: 200, body: await importUsers(tx, services, { rows, hashKeys, dryRun }, context) }
      },
    }),
  ]
}
