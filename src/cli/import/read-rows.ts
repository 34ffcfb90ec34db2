/** The rows of a file that is imported: a JSON array, an object a line (NDJSON), or a table (CSV), each with its place. */
import { CommandFailure } from '../failure.ts'
import type { Field, Fields } from '../operations/operation.ts'
import { parseCsv } from './csv.ts'

export type Format = 'json' | 'ndjson' | 'csv'
export const formats: readonly Format[] = ['json', 'ndjson', 'csv']

export interface ReadRow {
  /** As people find it in the file: `line 12`, `row 3`. */
  place: string
  value: unknown
}

/** @throws {CommandFailure} for a file that is none of these */
export function readRows(text: string, format: Format | undefined, fields: Fields): ReadRow[] {
  const content = text.replace(/^\ufeff/, '')
  switch (format ?? formatOf(content)) {
    case 'json':
      return rowsOfArray(content)
    case 'ndjson':
      return rowsOfLines(content)
    case 'csv':
      return rowsOfTable(content, fields)
  }
}

function formatOf(text: string): Format {
  const [first] = text.trimStart()
  if (first === '[') return 'json'
  return first === '{' ? 'ndjson' : 'csv'
}

function rowsOfArray(text: string): ReadRow[] {
  const rows = parsed(text)
  if (!Array.isArray(rows)) throw new CommandFailure('The file is no JSON array.')
  return rows.map((value: unknown, index) => ({ place: `row ${index + 1}`, value }))
}

function rowsOfLines(text: string): ReadRow[] {
  // One alone may be written over several lines.
  const only = parsed(text)
  if (only !== undefined) return [{ place: 'row 1', value: only }]
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const value = parsed(line)
    // What it is instead may be a secret.
    if (value === undefined) throw new CommandFailure(`Line ${index + 1} is not JSON.`)
    return [{ place: `line ${index + 1}`, value }]
  })
}

/** The first record names the fields. */
function rowsOfTable(text: string, fields: Fields): ReadRow[] {
  const table = parseCsv(text)
  if (!table.ok) throw new CommandFailure(`Line ${table.fault.line} is not CSV: ${table.fault.message}.`)
  const [header, ...records] = table.records
  if (!header) throw new CommandFailure('The file is empty.')
  const names = header.cells.map((name) => name.trim())
  const unknown = names.filter((name) => !(name in fields))
  if (unknown.length > 0) {
    const known = Object.keys(fields).join(', ')
    throw new CommandFailure(`The first line names what no row has: ${unknown.join(', ')}. There is: ${known}.`)
  }
  return records.map(({ line, cells }) => {
    if (cells.length !== names.length) {
      throw new CommandFailure(`Line ${line} has ${cells.length} fields, and the first line ${names.length}.`)
    }
    const entries = names.map((name, index) => [name, valueOf(cells[index] ?? '', fields[name])] as const)
    return { place: `line ${line}`, value: Object.fromEntries(entries.filter(([, value]) => value !== undefined)) }
  })
}

/** What can't be read is sent as it is: the answer says what is wrong with it. */
function valueOf(cell: string, field: Field | undefined): unknown {
  const text = cell.trim()
  if (text === '') return emptyOf(field)
  if (field?.many) return text.split(/[\s,;]+/).filter((item) => item !== '')
  if (field?.kind === 'boolean') return { true: true, false: false }[text.toLowerCase()] ?? text
  if (field?.kind === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
  return field?.kind === 'json' && /^[[{]/.test(text) ? (parsed(text) ?? text) : text
}

/** Where something has to be said, an empty field says that there is nothing. */
function emptyOf(field: Field | undefined): unknown {
  if (!field?.required) return undefined
  return field.many ? [] : field.nullable ? null : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
