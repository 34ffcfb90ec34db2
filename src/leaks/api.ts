/** The route that GitHub's secret scanning, and whoever speaks as it does, reports leaked secrets to. */
import { hash } from 'node:crypto'
import { z } from 'zod'
import { LONGEST_LEAKS } from '../http/body.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import type { Leaks } from './leaks.ts'

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

export function leakRoutes({ leaks }: { leaks: Leaks }): ApiRoute[] {
  return [
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
