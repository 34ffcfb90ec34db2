/** How the difference between a file and the server is told: to people line by line, to machines as JSON. */
import { fieldNameInFile } from '../resources/file-schema.ts'
import type { Change, Plan } from '../resources/plan.ts'
import { printable } from './output.ts'

/**
 * @example
 * + resource reports (https://api.example.com/reports)
 * ~ scope reports:write
 *     title: "Write reports" -> "Change your reports"
 * - scope reports:admin
 */
export function planText({ changes, kept }: Plan, dryRun: boolean): string {
  const lines = changes.flatMap(changeLines)
  const remaining = kept.map(
    ({ kind, name }) => `  ${kind} ${printable(name)} is not in the file and stays (--prune deletes it)`,
  )
  return [...lines, ...remaining, summary(changes, dryRun)].join('\n')
}

export function planDocument({ changes, kept }: Plan, dryRun: boolean): object {
  return {
    dry_run: dryRun,
    changed: changes.length > 0,
    changes: changes.map(changeDocument),
    kept: kept.map(({ kind, name }) => ({ kind, name })),
  }
}

const signs = { create: '+', update: '~', delete: '-' } as const

interface Described {
  action: keyof typeof signs
  kind: 'resource' | 'scope'
  name: string
  /** What else says which one it is. */
  aside: string
  fields: { field: string; from: unknown; to: unknown }[]
}

function describe(change: Change): Described {
  switch (change.kind) {
    case 'create_resource':
      return {
        action: 'create',
        kind: 'resource',
        name: change.resource.name,
        aside: change.resource.identifier,
        fields: [],
      }
    case 'update_resource':
      return {
        action: 'update',
        kind: 'resource',
        name: change.resource.name,
        aside: '',
        fields: fieldsOf(change.changes),
      }
    case 'delete_resource':
      return {
        action: 'delete',
        kind: 'resource',
        name: change.resource.name,
        aside: change.resource.identifier,
        fields: [],
      }
    case 'create_scope':
      return { action: 'create', kind: 'scope', name: change.scope.name, aside: change.scope.title, fields: [] }
    case 'update_scope':
      return { action: 'update', kind: 'scope', name: change.scope.name, aside: '', fields: fieldsOf(change.changes) }
    case 'delete_scope':
      return { action: 'delete', kind: 'scope', name: change.scope.name, aside: change.scope.title, fields: [] }
  }
}

function fieldsOf(changes: readonly { field: string; from: unknown; to: unknown }[]): Described['fields'] {
  return changes.map(({ field, from, to }) => ({ field: fieldNameInFile(field), from, to }))
}

function changeLines(change: Change): string[] {
  const { action, kind, name, aside, fields } = describe(change)
  return [
    `${signs[action]} ${kind} ${printable(name)}${aside === '' ? '' : ` (${printable(aside)})`}`,
    ...fields.map(({ field, from, to }) => `    ${field}: ${shown(from)} -> ${shown(to)}`),
  ]
}

function changeDocument(change: Change): object {
  const { action, kind, name, fields } = describe(change)
  return { action, kind, name, ...(action === 'update' && { fields }) }
}

const shown = (value: unknown): string => printable(JSON.stringify(value))

function summary(changes: readonly Change[], dryRun: boolean): string {
  if (changes.length === 0) return 'Nothing to change.'
  const counts = (['create', 'update', 'delete'] as const)
    .map((action) => `${changes.filter(({ kind }) => kind.startsWith(action)).length} ${action}d`)
    .join(', ')
  return dryRun ? `Would be: ${counts}.` : `Done: ${counts}.`
}
