/** An operator's own words for people: a file for each language, which says some of the messages otherwise, or all in a language of its own. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { IntlMessageFormat } from 'intl-messageformat'
import { catalogues, formats, type Catalogue, type Locale } from './messages.ts'

export interface MessageFiles {
  catalogues: ReadonlyMap<Locale, Catalogue>
  /** With the file and the message that each is in: with any of them nothing starts. */
  faults: readonly string[]
}

/** What isn't said is said as it is without the file; in a language that doesn't come with the program, in English. */
export function readMessageFiles(folder: string | null): MessageFiles {
  if (folder === null) return { catalogues: new Map(), faults: [] }
  const names = namesIn(folder)
  if (names === null)
    return { catalogues: new Map(), faults: [`MESSAGES_DIR names a folder that can't be read: ${folder}`] }
  const read = names.map((name) => ({ name, ...readFile(folder, name) }))
  const english = { ...catalogues.en, ...read.find(({ locale }) => locale === 'en')?.messages }
  const under = (locale: Locale): Catalogue => (Object.hasOwn(catalogues, locale) ? catalogues[locale] : english)
  return {
    catalogues: new Map(read.map(({ locale, messages }) => [locale, { ...under(locale), ...messages }])),
    faults: read.flatMap(({ name, faults }) => faults.map((fault) => `MESSAGES_DIR ${name}: ${fault}`)),
  }
}

/** In their order, so that faults are told alike each time. */
function namesIn(folder: string): string[] | null {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .toSorted()
  } catch {
    return null
  }
}

function readFile(folder: string, name: string) {
  const language = name.slice(0, -'.json'.length)
  const locale = language as Locale
  if (!/^[a-z]{2,3}$/.test(language)) {
    return { locale, messages: {}, faults: ['is named by no language: de.json, pl.json'] }
  }
  const parsed = parse(join(folder, name))
  if (parsed === null) return { locale, messages: {}, faults: ['is no JSON object'] }
  const faults = Object.entries(parsed).flatMap(([key, text]) => {
    const fault = faultOf(key, text, language)
    return fault === null ? [] : [`${key} ${fault}`]
  })
  return { locale, messages: parsed as Partial<Catalogue>, faults }
}

function parse(path: string): Record<string, unknown> | null {
  try {
    const read = JSON.parse(readFileSync(path, 'utf8')) as unknown
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? { ...read } : null
  } catch {
    return null
  }
}

function faultOf(key: string, text: unknown, language: string): string | null {
  const known: Readonly<Record<string, string>> = catalogues.en
  const original = Object.hasOwn(known, key) ? known[key] : undefined
  if (original === undefined) return 'is no message'
  if (typeof text !== 'string' || text.trim() === '') return 'must be a text'
  const written = readMessage(text, language)
  if (!written.ok) return `can't be read: ${written.fault}`
  const meant = readMessage(original, 'en')
  const given = meant.ok ? meant.values : new Map<string, ValueKind>()
  for (const [name, kind] of written.values) {
    const has = name === 'platform' ? 'text' : given.get(name)
    if (has === undefined) return `names a value that isn't given: {${name}}`
    if (kind === 'time' && has !== 'time') return `takes {${name}} for a time`
  }
  return null
}

/** A time may be said as text, but no text as a time: that couldn't be shown. */
type ValueKind = 'time' | 'text'
type Reading = { ok: true; values: ReadonlyMap<string, ValueKind> } | { ok: false; fault: string }

function readMessage(text: string, language: string): Reading {
  try {
    const ast = new IntlMessageFormat(text, language, formats, { ignoreTag: true }).getAst()
    return { ok: true, values: new Map(valuesIn(ast)) }
  } catch (error) {
    return { ok: false, fault: error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it is broken' }
  }
}

/** By their numbers in the parser's tree. */
const kinds = { literal: 0, date: 3, time: 4, pound: 7, tag: 8 }

interface Part {
  type: number
  value?: string
  options?: Readonly<Record<string, { value: readonly Part[] }>>
}

function valuesIn(parts: readonly unknown[]): [string, ValueKind][] {
  return (parts as readonly Part[]).flatMap(({ type, value, options }): [string, ValueKind][] => {
    if ([kinds.literal, kinds.pound, kinds.tag].includes(type) || value === undefined) return []
    const inside = Object.values(options ?? {}).flatMap((option) => valuesIn(option.value))
    return [[value, type === kinds.date || type === kinds.time ? 'time' : 'text'], ...inside]
  })
}
