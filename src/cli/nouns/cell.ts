/** A value of a document as people read it. */
import { shortTime } from '../output.ts'
import type { Column, Row } from './noun.ts'

const wireTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/

export function cell(value: unknown): string {
  if (value === null || value === undefined || value === '') return '-'
  if (typeof value === 'string') return wireTime.test(value) ? shortTime(new Date(value)) : value
  if (typeof value === 'boolean') return value ? 'yes' : '-'
  if (typeof value === 'number') return String(value)
  if (!Array.isArray(value)) return JSON.stringify(value)
  if (value.length === 0) return '-'
  return value.map((item: unknown) => (typeof item === 'object' ? JSON.stringify(item) : cell(item))).join(' ')
}

export function cellOf([, value]: Column, row: Row): string {
  return cell(typeof value === 'string' ? row[value] : value(row))
}

/** Every field that it has, by its name in words. */
export function everyField(row: Row): readonly Column[] {
  return Object.keys(row).map((name) => [name.replaceAll('_', ' '), name])
}

/** `administrator disabled`: the marks of a row that are set. */
export const marks =
  (...names: readonly string[]) =>
  (row: Row): string =>
    names.filter((name) => row[name] === true).join(' ')
