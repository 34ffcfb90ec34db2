/** The keys that sign tokens, over HTTP: what there is, and new ones in their place. The private halves never leave. */
import { z } from 'zod'
import { freshSignInProblems } from '../../http/api/fresh-sign-in.ts'
import { listQuery, listSchema, pageOf } from '../../http/api/list.ts'
import { demandEverything } from '../../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../../http/api/route.ts'
import { time, timeOut } from '../../http/api/wire.ts'
import type { Clock } from '../../platform/clock.ts'
import type { Db } from '../../platform/database.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { signingAlgorithms, signingKeyStages } from './signing-key.ts'
import { listSigningKeys, rotateSigningKeysWithin, type ListedSigningKey } from './signing-keys.ts'

const signingKeyOut = z
  .strictObject({
    kid: z.string(),
    algorithm: z.enum(signingAlgorithms),
    stage: z.enum(signingKeyStages).describe('Published but not used yet; used; retired but still published; gone.'),
    public_jwk: z.looseObject({ kty: z.string() }).describe('The public half (RFC 7517).'),
    published_at: timeOut,
    active_from: timeOut.describe('When it begins to sign.'),
    retired_at: timeOut.nullable().describe('When it signs no more, and is published for what it signed.'),
    gone_at: timeOut.nullable().describe('When it is published no more.'),
  })
  .meta({ id: 'SigningKey' })

export function signingKeyRoutes({ db, secrets, clock }: { db: Db; secrets: Secrets; clock: Clock }): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/signing-keys',
      summary: 'List the keys that sign tokens, with the stage that each is in',
      access: 'signing-keys:read',
      query: listQuery,
      answer: { status: 200, body: listSchema(signingKeyOut) },
      problems: ['forbidden'],
      async handle({ reach, query }) {
        demandEverything(reach, 'signing-keys:read')
        const keys = await listSigningKeys(db, clock)
        const rows = keys.map((key) => ({ ...key, id: key.kid, createdAt: key.publishedAt }))
        return { status: 200, body: pageOf(rows, query, show) }
      },
    }),

    apiRoute({
      method: 'POST',
      path: '/v1/signing-keys/rotate',
      summary:
        'Publish new signing keys; those before them retire a day later, or are gone at once if they were stolen',
      access: 'signing-keys:write',
      needs: 'fresh-sign-in',
      creates: true,
      body: z.strictObject({
        immediately: z
          .boolean()
          .default(false)
          .describe('For keys that were stolen: the new ones sign at once, and what the old ones signed is dead.'),
      }),
      answer: { status: 200, body: z.strictObject({ published: z.array(signingKeyOut) }) },
      problems: [...freshSignInProblems],
      async handle({ tx, body: { immediately }, context }) {
        const { published } = await rotateSigningKeysWithin(tx, { secrets, clock }, { immediately, context })
        const made = new Set(published.map(({ kid }) => kid))
        const keys = await listSigningKeys(tx, clock)
        return { status: 200, body: { published: keys.filter(({ kid }) => made.has(kid)).map(show) } }
      },
    }),
  ]
}

function show(key: ListedSigningKey): z.input<typeof signingKeyOut> {
  return {
    kid: key.kid,
    algorithm: key.algorithm,
    stage: key.stage,
    public_jwk: { ...key.publicJwk } as z.input<typeof signingKeyOut>['public_jwk'],
    published_at: time(key.publishedAt),
    active_from: time(key.activeFrom),
    retired_at: time(key.retiredAt),
    gone_at: time(key.goneAt),
  }
}
