/** An answer in words, for people. */
import { fields, table } from '../output.ts'
import { cellOf, everyField } from './cell.ts'
import type { Column, Noun, Row, Verb } from './noun.ts'

export function listText(noun: Noun, rows: readonly Row[]): string {
  return rows.length === 0 ? noun.none : tableText(noun.columns, rows)
}

export function oneText(noun: Noun, verb: Verb, row: Row): string {
  if (verb.rows) return tableText(noun.columns, verb.rows(row))
  const columns = verb.fields ?? noun.fields ?? everyField(row)
  const cells = columns.map((column): [string, string] => [column[0], cellOf(column, row)])
  const text = fields(verb.fields ? cells.filter(([, value]) => value !== '-') : cells)
  const note = verb.note?.(row) ?? ''
  return note === '' ? text : `${text}\n\n${note}`
}

function tableText(columns: readonly Column[], rows: readonly Row[]): string {
  return table(
    columns.map(([head]) => head),
    rows.map((row) => columns.map((column) => cellOf(column, row))),
  )
}
