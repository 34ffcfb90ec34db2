/** What is brought along from other systems by the thousand: rows that stand or fall each by itself, and a result for every one of them. */
import { z } from 'zod'
import type { InputFault } from '../problem.ts'
import { faultsOf } from './input.ts'
import { isKeepable, isWithin } from './wire.ts'

const MOST_ROWS = 1000
/** More than the metadata in it may have. */
const ROW_DEPTH = 40

/** `unchanged`: it is there already, just so · `invalid`: see `errors` · `conflict`: what is there is another one. */
export const rowOutcomes = ['created', 'unchanged', 'invalid', 'conflict'] as const
export type RowOutcome = (typeof rowOutcomes)[number]

/**
 * The members of every import's body. A row that isn't of its schema spoils nothing but itself, so the rows are checked
 * one by one, by `parseRow`; the reference shows what they should be.
 */
export function importBody(row: z.ZodType) {
  return {
    rows: z
      .array(z.unknown().meta({ describedAs: row }))
      .min(1, { error: 'must have at least one row' })
      .max(MOST_ROWS, { error: `must have at most ${MOST_ROWS} rows: send more in several requests` }),
    dry_run: z.boolean().default(false).describe('Tells what would happen, and does nothing.'),
  }
}

const faultOut = z.strictObject({ path: z.string(), code: z.string(), message: z.string() })

export const rowResult = z
  .strictObject({
    row: z.int().describe('Its place in `rows`, from 0.'),
    outcome: z
      .enum(rowOutcomes)
      .describe(
        '`unchanged`: it is there already, just so. `invalid`: see `errors`. `conflict`: what is there is another one.',
      ),
    id: z.string().optional().describe('Of what was made or is there; not of what another row, or somebody else, has.'),
    errors: z.array(faultOut).optional().describe('What is wrong with it: paths are JSON pointers into the row.'),
    warnings: z.array(faultOut).optional().describe('What was taken, and ought to be known.'),
  })
  .meta({ id: 'ImportResult' })
export type RowResult = z.output<typeof rowResult>

export const importAnswer = z
  .strictObject({
    dry_run: z.boolean(),
    counts: z.strictObject({ created: z.int(), unchanged: z.int(), invalid: z.int(), conflict: z.int() }),
    results: z.array(rowResult).describe('One for each row, in the same order.'),
  })
  .meta({ id: 'ImportResults' })
export type ImportAnswer = z.output<typeof importAnswer>

export function importAnswerOf(dryRun: boolean, results: readonly RowResult[]): ImportAnswer {
  const countOf = (outcome: RowOutcome) => results.filter((result) => result.outcome === outcome).length
  return {
    dry_run: dryRun,
    counts: {
      created: countOf('created'),
      unchanged: countOf('unchanged'),
      invalid: countOf('invalid'),
      conflict: countOf('conflict'),
    },
    results: [...results],
  }
}

export type ParsedRow<T> = { ok: true; value: T } | { ok: false; errors: InputFault[] }

export function parseRow<T>(schema: z.ZodType<T>, row: unknown): ParsedRow<T> {
  const result = schema.safeParse(row, { reportInput: true })
  if (!result.success) return { ok: false, errors: result.error.issues.flatMap((issue) => faultsOf('body', issue)) }
  // What the schema leaves open must not spoil the rows beside it when it is written.
  if (isWithin(row, ROW_DEPTH) && isKeepable(row)) return { ok: true, value: result.data }
  const message = `must be at most ${ROW_DEPTH} levels deep, without the character U+0000 or half of a surrogate pair`
  return { ok: false, errors: [{ path: '', code: 'custom', message }] }
}
