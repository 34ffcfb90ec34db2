/** Sends what a file brings along, chunk by chunk, and tells what became of each row. */
import { randomUUID } from 'node:crypto'
import { answerOf, type ApiClient } from '../api/client.ts'
import { openApi } from '../api/open.ts'
import { ProblemFailure } from '../api/problem-failure.ts'
import { exitCodes } from '../exit-codes.ts'
import { CommandFailure } from '../failure.ts'
import { printable } from '../output.ts'
import type { CommandIo } from '../session.ts'
import { chunksOf } from './chunks.ts'
import type { ReadRow } from './read-rows.ts'

const MOST_ROWS = 1000
/** Of the 2 MiB that a body may have, without what stands around the rows. */
const MOST_BYTES = 2 * 1024 * 1024 - 64 * 1024

interface Fault {
  path: string
  message: string
}

interface RowResult {
  row: number
  outcome: Outcome
  id?: string
  errors?: readonly Fault[]
  warnings?: readonly Fault[]
}

type Outcome = 'created' | 'unchanged' | 'invalid' | 'conflict'

interface Answer {
  dry_run: boolean
  counts: Record<Outcome, number>
  results: RowResult[]
}

export interface Import {
  path: `/v1/${string}/import`
  /** What one of them is called: `keys`. */
  what: string
  rows: readonly ReadRow[]
  /** What goes with the rows of each request. */
  besides: Readonly<Record<string, unknown>>
  dryRun: boolean
}

/** @returns the exit status */
export async function performImport(io: CommandIo, wanted: Import): Promise<number> {
  const { rows, dryRun } = wanted
  const whole: Answer = { dry_run: dryRun, counts: { created: 0, unchanged: 0, invalid: 0, conflict: 0 }, results: [] }
  await using api = await openApi(io)
  for (const chunk of chunksOf(rows, { rows: MOST_ROWS, bytes: MOST_BYTES })) {
    const answer = await sendChunk(api, wanted, chunk, whole)
    const before = whole.results.length
    whole.results.push(...answer.results.map((result) => ({ ...result, row: result.row + before })))
    for (const outcome of outcomes) whole.counts[outcome] += answer.counts[outcome]
  }
  const lines = [...whole.results.flatMap((one) => linesOf(one, rows)), ...warningLines(whole.results, rows)]
  io.output.result(whole, [...lines, summary(wanted, whole)].join('\n'))
  return whole.counts.invalid + whole.counts.conflict > 0 ? exitCodes.fault : exitCodes.ok
}

const outcomes: readonly Outcome[] = ['created', 'unchanged', 'invalid', 'conflict']

/** @throws {CommandFailure} that says how far it came: the same file again goes on from there */
async function sendChunk(
  api: ApiClient,
  { path, besides, dryRun, rows, what }: Import,
  chunk: readonly ReadRow[],
  before: Answer,
): Promise<Answer> {
  const body = { ...besides, rows: chunk.map(({ value }) => value), ...(dryRun && { dry_run: true }) }
  try {
    return await answerOf<Answer>(api, { method: 'POST', path, body, idempotencyKey: randomUUID() })
  } catch (error) {
    const done = before.results.length
    if (!(error instanceof CommandFailure) || done === 0) throw error
    const text = `${error.message}\nIt stopped at ${rows[done]?.place}; ${before.counts.created} ${what} before it are in. The same file again goes on from there.`
    throw new CommandFailure(text, error instanceof ProblemFailure ? error.exitCode : exitCodes.fault)
  }
}

const placeOf = (row: number, rows: readonly ReadRow[]): string => rows[row]?.place ?? `row ${row + 1}`

/** Only of rows that didn't come in. */
function linesOf({ row, outcome, errors = [] }: RowResult, rows: readonly ReadRow[]): string[] {
  const place = placeOf(row, rows)
  const failed = outcome === 'invalid' || outcome === 'conflict'
  const told = errors.map((fault) => printable(`${place}: ${faultText(fault)}`))
  return failed && errors.length === 0 ? [`${place}: ${outcome}`] : told
}

/** What is true of many rows is said once: often it is all of them, with hashes of the same kind. */
function warningLines(results: readonly RowResult[], rows: readonly ReadRow[]): string[] {
  const places = new Map<string, string[]>()
  for (const { row, warnings = [] } of results) {
    for (const text of warnings.map(faultText)) {
      const known = places.get(text)
      if (known) known.push(placeOf(row, rows))
      else places.set(text, [placeOf(row, rows)])
    }
  }
  return [...places].map(([text, [first, ...others]]) => {
    const where = others.length === 0 ? first : `${first} and ${others.length} more`
    return printable(`warning: ${where}: ${text}`)
  })
}

function faultText({ path, message }: Fault): string {
  return path === '' ? message : `${path.slice(1).replaceAll('/', '.')} ${message}`
}

function summary({ what, dryRun }: Import, { counts }: Answer): string {
  const { created, unchanged, invalid, conflict } = counts
  const made = dryRun ? 'would be created' : 'created'
  return `${what}: ${created} ${made}, ${unchanged} unchanged, ${invalid} invalid, ${conflict} in conflict with what is there`
}
