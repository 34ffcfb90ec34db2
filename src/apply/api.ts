/** A platform as a document: applied whole, and read whole. */
import { z } from 'zod'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import { LONGEST_IMPORT } from '../http/body.ts'
import { Problem } from '../http/problem.ts'
import type { Db } from '../platform/database.ts'
import { BusyError, createWorkLimit, type WorkLimitOptions } from '../platform/work-limit.ts'
import { applyDocument } from './apply.ts'
import { documentSchema } from './document.ts'
import { exportDocument } from './export.ts'
import { SCHEMA_PATH } from './json-schema.ts'
import type { ApplyServices } from './section.ts'

/**
 * One document after the other anyhow: whoever waits, waits here, and holds no connection to the database that others
 * need. Not for long, since who may no longer apply would still do it at the end.
 */
const inTurn: WorkLimitOptions = { concurrency: 1, queueLimit: 8, maxWaitMs: 10_000 }
/** A reading of everything takes a connection for as long as it takes. */
const atOnce: WorkLimitOptions = { ...inTurn, concurrency: 2 }

const change = z.strictObject({
  action: z.enum(['create', 'adopt', 'update', 'delete']).meta({
    description: 'adopt: it was there, and files know it by this name from now on.',
  }),
  kind: z.string(),
  name: z.string(),
  about: z.string().nullable().meta({ description: 'What else says which one it is.' }),
  fields: z.array(
    z.strictObject({
      field: z.string(),
      from: z.unknown().meta({ description: 'As it was; null: it was not there.' }),
      to: z.unknown().meta({ description: 'As it becomes.' }),
      secret: z.enum(['set', 'changed']).optional().meta({ description: 'Of a secret, whose value is told nowhere.' }),
    }),
  ),
  notes: z.array(z.string()).meta({ description: 'What follows from it, for people.' }),
})

const planOut = z.strictObject({
  dry_run: z.boolean(),
  changed: z.boolean(),
  changes: z.array(change),
  kept: z
    .array(
      z.strictObject({
        kind: z.string(),
        name: z.string(),
        why: z.string().nullable().meta({ description: 'Why it stays also with prune; null: prune deletes it.' }),
      }),
    )
    .meta({ description: 'What is there and the document does not name.' }),
})

const exportOut = z.strictObject({
  document: z.looseObject({ version: z.literal(1) }),
  notes: z.array(z.string()).meta({ description: 'What the document does not say, for people.' }),
  schema: z.url().meta({ description: 'What a document may say, as JSON Schema, for editors.' }),
  left_out: z.array(z.string()).meta({ description: 'Sections that the credential may not read.' }),
})

export function applyRoutes({ db, publicUrl, ...services }: ApplyServices & { db: Db; publicUrl: string }): ApiRoute[] {
  const schema = `${publicUrl}${SCHEMA_PATH}`
  const applying = createWorkLimit(inTurn)
  const exporting = createWorkLimit(atOnce)
  return [
    apiRoute({
      method: 'POST',
      path: '/v1/apply',
      summary: 'Make the server what a document says, all of it or nothing; each section needs its admin: scopes',
      access: 'administrator',
      body: z.strictObject({
        document: documentSchema,
        dry_run: z.boolean().default(false).meta({ description: 'Only tell what would change.' }),
        prune: z
          .boolean()
          .default(false)
          .meta({ description: 'Delete what the sections of the document do not name.' }),
      }),
      longestBody: LONGEST_IMPORT,
      answer: { status: 200, body: planOut },
      problems: ['forbidden', 'insufficient_scope', 'host_only', 'conflict'],
      async handle({ principal, body: { document, dry_run: dryRun, prune }, context }) {
        const wanted = { document, dryRun, prune }
        const { changes, kept } = await applying
          .run(() => applyDocument(db, services, wanted, principal, context))
          .catch(ifBusy)
        const answer = { dry_run: dryRun, changed: changes.length > 0, changes: [...changes], kept: [...kept] }
        return { status: 200, body: answer as z.input<typeof planOut> }
      },
    }),

    apiRoute({
      method: 'GET',
      path: '/v1/export',
      summary: 'Read the server as a document; secrets are not in it, nor sections that the credential may not read',
      access: 'administrator',
      answer: { status: 200, body: exportOut },
      problems: ['forbidden'],
      async handle({ principal }) {
        const { document, notes, leftOut } = await exporting
          .run(() => exportDocument(db, services, principal))
          .catch(ifBusy)
        return { status: 200, body: { document: { ...document, version: 1 }, notes, left_out: leftOut, schema } }
      },
    }),
  ]
}

function ifBusy(error: unknown): never {
  if (!(error instanceof BusyError)) throw error
  throw new Problem('unavailable', { cause: error, retryAfterSeconds: error.retryAfterSeconds })
}
