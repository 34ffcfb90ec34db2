/** `/v1/leaks`: what GitHub's secret scanning, and whoever speaks as it does, has found; it reports here, and owners read here. */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { LONGEST_LEAKS } from '../http/body.ts'
import { listPage, listParameters, listSchema } from '../http/api/list.ts'
import { administers } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { time, timeOut } from '../http/api/wire.ts'
import type { Db } from '../platform/database.ts'
import type { Leaks } from './leaks.ts'
import { listReports, type ListedReport } from './store.ts'

// Whatever else it says is let be: the message is another's, and grows.
const reported = z
  .looseObject({
    token: z.string().min(1).describe('The secret, as it was found.'),
    type: z.string().describe('What its finder takes it for.'),
    url: z.string().nullish().describe('Where it was found.'),
    source: z.string().nullish().describe('In what: a commit’s content, say.'),
  })
  .meta({ id: 'ReportedLeak', description: 'A secret that was found where anybody may read it.' })

const judged = z
  .strictObject({
    token_hash: z.string().describe('SHA-256 of the secret, in hexadecimal.'),
    token_type: z.string().describe('The type that was reported.'),
    label: z.enum(['true_positive', 'false_positive']).describe('Is, or was, it a key of this server?'),
  })
  .meta({ id: 'JudgedLeak', description: 'What became of one report.' })

const leakSchema = z
  .strictObject({
    id: z.string(),
    reported_at: timeOut,
    key_id: z.string(),
    secret_id: z.string().describe('Which of its secrets.'),
    organization_id: z.string(),
    url: z.string().nullable().describe('Where it was found; null where that wasn’t said.'),
    source: z.string().nullable().describe('In what: a commit’s content, say.'),
    outcome: z
      .enum(['revoked', 'grace', 'dead'])
      .describe('Its key is revoked; it ends soon; or it was good for nothing any more.'),
  })
  .meta({ id: 'Leak' })

const shown = ({ id, createdAt, apiKeyId, secretId, organizationId, url, source, outcome }: ListedReport) => ({
  id,
  reported_at: time(createdAt),
  key_id: apiKeyId,
  secret_id: secretId,
  organization_id: organizationId,
  url: url === '' ? null : url,
  source: source === '' ? null : source,
  outcome: outcome as z.input<typeof leakSchema>['outcome'],
})

export function leakRoutes({ leaks, db }: { leaks: Leaks; db: Db }): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/leaks',
      summary: 'List the secrets that were found where anybody may read them, newest first, and where that was',
      access: 'leaks:read',
      query: z.strictObject({
        ...listParameters,
        organization_id: z.string().optional().describe('Those of keys of this organization.'),
        key_id: z.string().optional().describe('Those of this key.'),
      }),
      answer: { status: 200, body: listSchema(leakSchema) },
      async handle({ query: { organization_id: organizationId, key_id: keyId, limit, cursor }, principal, reach }) {
        const own = [...principal.organizations.keys()].filter((id) => administers(principal, reach, id))
        const among = reach === 'everything' ? null : own
        const rows = await listReports(db, { among, organizationId, keyId, limit, cursor })
        return { status: 200, body: listPage(rows, limit, shown) }
      },
    }),

    apiRoute({
      method: 'POST',
      path: '/v1/leaks',
      operation: 'reportLeaks',
      summary: 'Report leaked secrets, as GitHub’s secret scanning does',
      access: 'anyone',
      signed: leaks.signerOf,
      longestBody: LONGEST_LEAKS,
      body: z.array(reported),
      answer: { status: 200, body: z.array(judged) },
      problems: ['forbidden', 'not_found'],
      async handle({ body, context }) {
        const tokens = body.map(({ token, type, url, source }) => ({
          token,
          type,
          url: url ?? '',
          source: source ?? '',
        }))
        const results = await leaks.receive(tokens, context)
        const answers = tokens.map(({ token, type }, index) => ({
          token_hash: hash('sha256', token),
          token_type: type,
          label: results[index] === 'unknown' ? ('false_positive' as const) : ('true_positive' as const),
        }))
        return { status: 200, body: answers }
      },
    }),
  ]
}
