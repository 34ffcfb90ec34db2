/** How the difference between a file and the server is told to people, line by line. */
import { isDeepStrictEqual } from 'node:util'
import { printable } from './output.ts'

/** What `POST /v1/apply` answers. */
export interface PlanDocument {
  dry_run: boolean
  changed: boolean
  changes: readonly {
    action: Action
    kind: string
    name: string
    about: string | null
    fields: readonly Field[]
    notes: readonly string[]
  }[]
  kept: readonly { kind: string; name: string; why: string | null }[]
}

type Action = 'create' | 'adopt' | 'update' | 'delete'

interface Field {
  field: string
  from?: unknown
  to?: unknown
  secret?: 'set' | 'changed'
}

const signs = { create: '+', adopt: '~', update: '~', delete: '-' } as const satisfies Record<Action, string>

/**
 * @example
 * + resource reports (https://api.example.com/reports)
 * ~ scope reports:write
 *     title: "Write reports" -> "Change your reports"
 * ~ client dashboard
 *     redirect_uris:
 *       + "https://app.example.com/callback"
 *     (secret changed)
 * - scope reports:admin
 */
export function planText({ changes, kept, dry_run: dryRun }: PlanDocument): string {
  const lines = changes.flatMap(({ action, kind, name, about, fields, notes }) => [
    `${signs[action]} ${kind} ${printable(name)}${asideOf(action, about)}`,
    ...fields.flatMap(fieldLines),
    ...notes.map((note) => `    ${printable(note)}`),
  ])
  const remaining = kept.map(
    ({ kind, name, why }) => `  ${kind} ${printable(name)} is not in the file and stays (${printable(why ?? prune)})`,
  )
  return [...lines, ...remaining, summary(changes, dryRun)].join('\n')
}

const prune = '--prune deletes it'

function asideOf(action: Action, about: string | null): string {
  const words = [...(action === 'adopt' ? ['adopted'] : []), ...(about === null ? [] : [printable(about)])].join(': ')
  return words === '' ? '' : ` (${words})`
}

function fieldLines({ field, from = null, to = null, secret }: Field): string[] {
  if (secret !== undefined) return [`    (${field} ${secret})`]
  if (!Array.isArray(from) || !Array.isArray(to)) return [`    ${printable(field)}: ${shown(from)} -> ${shown(to)}`]
  const lines = [
    ...without(from, to).map((one) => `- ${shown(one)}`),
    ...without(to, from).map((one) => `+ ${shown(one)}`),
  ]
  return lines.length === 0
    ? [`    ${printable(field)}: ${shown(from)} -> ${shown(to)}`]
    : [`    ${printable(field)}:`, ...lines.map((line) => `      ${line}`)]
}

const without = (some: readonly unknown[], others: readonly unknown[]): unknown[] =>
  some.filter((one) => !others.some((other) => isDeepStrictEqual(one, other)))

const shown = (value: unknown): string => (value === null ? '(none)' : printable(JSON.stringify(value)))

function summary(changes: PlanDocument['changes'], dryRun: boolean): string {
  if (changes.length === 0) return 'Nothing to change.'
  const counts = (['create', 'adopt', 'update', 'delete'] as const)
    .map((action) => ({ action, count: changes.filter((change) => change.action === action).length }))
    .filter(({ action, count }) => action !== 'adopt' || count > 0)
    .map(({ action, count }) => `${count} ${pastOf[action]}`)
    .join(', ')
  return dryRun ? `Would be: ${counts}.` : `Done: ${counts}.`
}

const pastOf = { create: 'created', adopt: 'adopted', update: 'updated', delete: 'deleted' } as const
