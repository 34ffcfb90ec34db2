/**
 * What a form showed when it was opened comes back with it, so that to save changes what this person has changed and nothing
 * else: what somebody else has narrowed or stopped since isn't brought back by a form that lay open.
 */
import { hidden, say } from '../../http/screen-parts.ts'
import type { Fault, Field } from '../../http/screen.ts'
import type { Desk } from './desk.ts'

/** Fields by their names: what is typed, what is ticked, and lists, of which some come and some go. Nothing in a list has a blank. */
export type Held = Readonly<Record<string, Value>>
type Value = string | boolean | readonly string[]

const shownName = (name: string): string => `shown_${name}`

/**
 * Goes into the form beside its fields.
 * @param moved whoever saves has been told what others did, and may replace it: the form is opened anew
 */
export function shownFields(desk: Pick<Desk, 'ticked'>, now: Held, moved = false): Field[] {
  return Object.entries(now).map(([name, value]) =>
    hidden(shownName(name), moved ? textOf(value) : shownOf(desk, name, value)),
  )
}

/** Of what was typed that which isn't as it was shown; a list is as it is now, with what came and without what went. */
export function wantedOf<T extends Held>(desk: Pick<Desk, 'ticked'>, now: T, typed: T): Partial<T> {
  const wanted = Object.entries<Value>(now).flatMap(([name, kept]) => {
    const value = typed[name] ?? ''
    const shown = shownOf(desk, name, kept)
    if (!isList(kept) || !isList(value)) return textOf(value) === shown ? [] : [[name, value]]
    const merged = mergedOf(kept, new Set(shown.split(' ')), value)
    return merged ? [[name, merged]] : []
  })
  return Object.fromEntries(wanted) as Partial<T>
}

const isList = (value: Value): value is readonly string[] => Array.isArray(value)

/** Has somebody else changed it since it was shown? */
export function hasMoved(desk: Pick<Desk, 'ticked'>, name: string, now: Value): boolean {
  return shownOf(desk, name, now) !== textOf(now)
}

/** Where both can't be had. */
export const movedFault = (field: string | null): Fault => ({ field, text: say('desk.moved') })

/** Asks for nothing where nothing was changed. */
export async function patch(desk: Pick<Desk, 'api'>, path: string, body: object): Promise<void> {
  if (Object.keys(body).length > 0) await desk.api.call('PATCH', path, { body })
}

/** Null: nothing came or went. */
function mergedOf(now: readonly string[], shown: ReadonlySet<string>, typed: readonly string[]): string[] | null {
  const came = typed.filter((one) => !shown.has(one))
  const gone = new Set([...shown].filter((one) => one !== '' && !typed.includes(one)))
  if (came.length === 0 && gone.size === 0) return null
  return [...new Set([...now.filter((one) => !gone.has(one)), ...came])]
}

/** Of a form that brings nothing of it, what there is now. */
function shownOf(desk: Pick<Desk, 'ticked'>, name: string, now: Value): string {
  const [sent] = desk.ticked(shownName(name))
  return sent === undefined ? textOf(now) : textOf(sent)
}

/** A browser sends other ends of lines than it was given, and what is typed has no blanks around it. */
function textOf(value: Value): string {
  if (typeof value === 'boolean') return value ? 'on' : ''
  return typeof value === 'string' ? value.replace(/\r\n?/g, '\n').trim() : value.join(' ')
}
