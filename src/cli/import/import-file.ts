/** From a file and its options to an import. */
import { CommandFailure } from '../failure.ts'
import type { Row } from '../nouns/noun.ts'
import { operations } from '../operations/operation.ts'
import { printable } from '../output.ts'
import type { CommandIo } from '../session.ts'
import { converted, firebaseHashKey } from './converters.ts'
import { performImport } from './perform.ts'
import { readFileOrStdin } from './read-file.ts'
import { readRows, type Format, type ReadRow } from './read-rows.ts'

interface Options {
  format?: Format
  from?: string
  organization?: string
  hashKeys?: string
  hashConfig?: string
  dryRun?: boolean
}

/** @returns the exit status */
export async function importFile(io: CommandIo, route: string, file: string, options: Options): Promise<number> {
  const path = route.replace('POST ', '') as `/v1/${string}/import`
  const [, , what = ''] = path.split('/')
  const text = await readFileOrStdin(file, io.stdin)
  const read = options.from === undefined ? plainRows(text, route, options) : await foreignRows(io, what, text, options)
  const { rows, hashKeys } = split(read, lineKinds[what] ?? null)
  if (rows.length === 0) throw new CommandFailure(`There are no ${what} in ${file === '-' ? 'the input' : file}.`)
  const keys = [...(await namedHashKeys(io, options)), ...hashKeys]
  const besides = {
    ...(keys.length > 0 && { hash_keys: keys }),
    ...(options.organization !== undefined && { default_organization_id: options.organization }),
  }
  return performImport(io, { path, what, rows, besides, dryRun: options.dryRun ?? false })
}

function plainRows(text: string, route: string, { format }: Options): ReadRow[] {
  return readRows(text, format, operations[route]?.rows ?? {})
}

/** Of an export that is another product's, with what it leaves behind told. */
async function foreignRows(
  { output }: CommandIo,
  what: string,
  text: string,
  { from = '' }: Options,
): Promise<ReadRow[]> {
  const { rows, notes } = await converted(what, from, text)
  for (const { about, message } of notes) output.note(printable(about === null ? message : `${about}: ${message}`))
  return rows.map((value, index) => ({ place: nameOf(value) ?? `row ${index + 1}`, value }))
}

function nameOf(row: Row): string | undefined {
  return [row['email'], row['client_id'], row['id']].find((name) => typeof name === 'string')
}

interface LineKind {
  row: string
  /** Of the keys that hashes were made with. */
  algorithm: string
}

/** What the lines of an export are called. */
const lineKinds: Readonly<Record<string, LineKind>> = {
  users: { row: 'user', algorithm: 'firebase-scrypt' },
  keys: { row: 'api_key', algorithm: 'hmac-sha256' },
}

/**
 * An export begins with the keys that its hashes were made with: they go with every request. It may have lines of several
 * kinds, and those of another one are for another import.
 */
function split(read: readonly ReadRow[], own: LineKind | null): { rows: ReadRow[]; hashKeys: unknown[] } {
  const kindOf = ({ value }: ReadRow) => (value as Row | null)?.['kind']
  const foreign = Object.values(lineKinds).flatMap(({ row }) => (row === own?.row ? [] : [row]))
  const hashKeys = read.filter((row) => kindOf(row) === 'hash_key').map(({ value }) => value as Row)
  return {
    rows: read.filter((row) => kindOf(row) !== 'hash_key' && !foreign.includes(kindOf(row) as string)),
    hashKeys: hashKeys.filter(({ algorithm }) => own === null || algorithm === own.algorithm || !isKnown(algorithm)),
  }
}

const isKnown = (algorithm: unknown): boolean => Object.values(lineKinds).some((one) => one.algorithm === algorithm)

async function namedHashKeys({ stdin }: CommandIo, { hashKeys, hashConfig }: Options): Promise<unknown[]> {
  const config = hashConfig === undefined ? [] : [await firebaseHashKey(await readFileOrStdin(hashConfig, stdin))]
  if (hashKeys === undefined) return config
  return [...config, ...readRows(await readFileOrStdin(hashKeys, stdin), undefined, {}).map(({ value }) => value)]
}
