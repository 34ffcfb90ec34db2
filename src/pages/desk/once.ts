/** Forms that make something: sent twice (a reload, an impatient finger), they make it once and answer alike. */
import { randomUUID } from 'node:crypto'
import { hidden } from '../../http/screen-parts.ts'
import type { Field } from '../../http/screen.ts'
import type { Once } from './api.ts'
import type { Desk } from './desk.ts'

const name = '_once'

/** The field that tells one filling-in of a form from the next. */
export function onceField(desk: Pick<Desk, 'typed'>): Field {
  return hidden(name, keyOf(desk) ?? randomUUID())
}

/** By what was typed, not by what was made of it: times count from now on, and now is later the second time. */
export function onceOf(desk: Pick<Desk, 'typed' | 'form'>): Once | null {
  const key = keyOf(desk)
  const { _csrf: _, ...sent } = desk.form
  return key === null ? null : { key, sent: Buffer.from(JSON.stringify(sent)) }
}

function keyOf(desk: Pick<Desk, 'typed'>): string | null {
  const key = desk.typed(name)
  return /^[\w-]{1,64}$/.test(key) ? key : null
}
