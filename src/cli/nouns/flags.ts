/** The flags of a verb: one for each field that its route takes, and what was typed as the route's query and body. */
import { InvalidArgumentError, Option, type Command } from 'commander'
import { jsonOf } from '../json-input.ts'
import type { Field, Fields } from '../operations/operation.ts'
import type { Verb } from './noun.ts'
import { flagNames, words } from './words.ts'

export interface Flag {
  /** `--external-id`. */
  name: string
  options: readonly Option[]
  /** What was typed of it; undefined where nothing was. */
  read(command: Command): unknown
}

/** By field, without those that are arguments, or that the verb has decided. */
export function flagsOf(fields: Fields, verb: Verb, decided: ReadonlySet<string>): ReadonlyMap<string, Flag> {
  const entries = Object.entries(fields).filter(([name]) => !decided.has(name))
  return new Map(entries.map(([name, field]) => [name, flagOf(name, field, verb)]))
}

function flagOf(name: string, field: Field, verb: Verb): Flag {
  const usual = kebab(name)
  const flag = verb.flags?.[name] ?? flagNames[name] ?? usual
  const said = verb.words?.[name] ?? words[name] ?? ''
  const main = optionsOf(flag, field, `${said}${remarkOf(field, verb.body?.[name] !== undefined)}`)
  // Whoever knows the API types its own names.
  const alias = flag === usual || field.kind === 'boolean' ? [] : optionsOf(usual, field, '').map(hidden)
  const options = [...main, ...alias]
  return {
    name: `--${flag}`,
    options,
    read(command) {
      const typed = options.filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
      if (typed.length === 0) return undefined
      const values = [...new Set(typed.map((option) => option.attributeName()))].map(
        (attribute) => command.getOptionValue(attribute) as unknown,
      )
      if (field.kind === 'boolean') return values[0]
      if (field.many) return values.includes(false) ? null : values.flat()
      // Empty text takes away what may be taken away. Commander makes it of null, too.
      const isEmpty = values[0] === false || (values[0] === '' && (field.nullable || field.kind === 'json'))
      return isEmpty ? null : values[0]
    },
  }
}

function optionsOf(flag: string, field: Field, said: string): Option[] {
  if (field.kind === 'boolean') return [new Option(`--${flag}`, said), hidden(new Option(`--no-${flag}`))]
  const takesAway = field.nullable ? [new Option(`--no-${flag}`, `take that away`)] : []
  const option = new Option(`--${flag} <${placeOf(field)}>`, said)
  if (field.choices && field.kind === 'text') option.argChoices = field.choices.map(String)
  return [option.argParser(field.many ? listParser(field) : parser(field)), ...takesAway.map(hidden)]
}

const hidden = (option: Option): Option => option.hideHelp()

function placeOf({ kind, choices }: Field): string {
  if (kind === 'json') return 'json'
  return kind === 'number' && !choices ? 'number' : 'value'
}

/** @param hasOne whether the verb says something itself where nothing was typed */
function remarkOf({ required, nullable, many, kind, ...field }: Field, hasOne: boolean): string {
  const remarks = [
    ...(required && !hasOne ? ['required'] : []),
    ...(many ? ['repeatable'] : []),
    ...(field.default === undefined ? [] : [`${cellOf(field.default)} unless said`]),
    ...(nullable && kind !== 'boolean' ? ['--no-… takes it away'] : []),
  ]
  return remarks.length === 0 ? '' : ` (${remarks.join('; ')})`
}

const cellOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

function parser(field: Field): (text: string) => unknown {
  return (text) => (text === '' && field.nullable ? text : valueOf(text, field))
}

/** Repeated, or with commas, which an address may hold itself; empty text is the empty list. */
function listParser(field: Field): (text: string, before: unknown) => unknown {
  return (text, before) => {
    const items = text.includes('://') ? [text] : text.split(',').map((item) => item.trim())
    const values = items.filter((item) => item !== '').map((item) => valueOf(item, field))
    return Array.isArray(before) ? [...(before as unknown[]), ...values] : values
  }
}

function valueOf(text: string, { kind, choices = [] }: Field): unknown {
  switch (kind) {
    case 'json':
      return jsonOf(text)
    case 'number':
      return numberOf(text, choices)
    case 'text':
      if (choices.length === 0 || choices.includes(text)) return text
      throw new InvalidArgumentError(`It is one of ${choices.join(', ')}.`)
    case 'boolean':
      return text
  }
}

function numberOf(text: string, choices: readonly (string | number)[]): number | string {
  const instead = choices.filter((choice) => typeof choice === 'string')
  const numbers = choices.filter((choice) => typeof choice === 'number')
  if (instead.includes(text)) return text
  const number = /^-?\d{1,15}(\.\d{1,6})?$/.test(text) ? Number(text) : NaN
  if (!Number.isNaN(number) && (numbers.length === 0 || numbers.includes(number))) return number
  const kinds = [numbers.length === 0 ? 'a number' : numbers.join(', '), ...instead]
  throw new InvalidArgumentError(`It is ${kinds.join(', or ')}.`)
}

export const kebab = (name: string): string => name.replaceAll('_', '-')
