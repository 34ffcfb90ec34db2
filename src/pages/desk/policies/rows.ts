/** The routes of a policy as rows of a form: typed, added to, moved and taken out, without a script. */
import {
  buttons,
  choice,
  choiceGroup,
  choices,
  formButton,
  group,
  hidden,
  input,
  say,
  select,
} from '../../../http/screen-parts.ts'
import type { Field, FormButton, Text } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import type { ScopeOut } from '../resources/parts.ts'
import type { PolicyOut } from './parts.ts'

export interface RouteRow {
  method: string
  path: string
  scopes: readonly string[]
  cost: string
}

const methods = ['*', 'GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']

/** As many as the API takes. */
const most = 500

/** More scopes than these are opened by a title, which says how many are ticked. */
const shownAtOnce = 8

export const blankRow: RouteRow = { method: 'GET', path: '', scopes: [], cost: '1' }

export function keptRows({ routes }: Pick<PolicyOut, 'routes'>): RouteRow[] {
  return routes.map(({ match, scopes, cost }) => {
    const at = match.indexOf(' ')
    return { method: match.slice(0, at), path: match.slice(at + 1), scopes, cost: String(cost) }
  })
}

export function typedRows(desk: Pick<Desk, 'typed' | 'ticked'>): RouteRow[] {
  const count = Math.min(most, Number(desk.typed('count')) || 0)
  return Array.from({ length: count }, (_, index) => ({
    method: desk.typed(`routes.${index}.method`),
    path: desk.typed(`routes.${index}.match`),
    scopes: desk.ticked(`routes.${index}.scopes`),
    cost: desk.typed(`routes.${index}.cost`),
  }))
}

/** Null: the form is to be saved. */
export function rearranged(rows: readonly RouteRow[], wanted: string): RouteRow[] | null {
  if (wanted === 'add') return [...rows, blankRow].slice(0, most)
  const [verb = '', place = ''] = wanted.split('-')
  const index = Number(place)
  const row = rows[index]
  if (place === '' || !row) return null
  const others = rows.toSpliced(index, 1)
  if (verb === 'remove') return others
  if (verb === 'up') return others.toSpliced(Math.max(0, index - 1), 0, row)
  if (verb === 'down') return others.toSpliced(index + 1, 0, row)
  return null
}

export function routesOf(rows: readonly RouteRow[]) {
  return rows.map(({ method, path, scopes, cost }) => ({
    match: `${method} ${path}`,
    scopes: [...scopes],
    cost: cost === '' ? 1 : Number(cost),
  }))
}

export function rowFields(rows: readonly RouteRow[], scopes: readonly ScopeOut[]): Field[] {
  return [
    hidden('count', String(rows.length)),
    ...rows.map((row, index) => rowField(row, index, { last: rows.length - 1, scopes })),
    buttons('routes', formButton(say('policy.route.add'), 'add', 'plus')),
  ]
}

function rowField(
  { method, path, scopes: ticked, cost }: RouteRow,
  index: number,
  { last, scopes }: { last: number; scopes: readonly ScopeOut[] },
): Field {
  const name = `routes.${index}`
  const offered = methods.includes(method) || method === '' ? methods : [...methods, method]
  const fields: Field[] = [
    select(`${name}.method`, {
      label: say('policy.method'),
      value: method,
      options: offered.map((one) => ({ value: one, label: one === '*' ? say('policy.method.any') : one })),
    }),
    input(`${name}.match`, { label: say('policy.path'), value: path }),
    input(`${name}.cost`, { label: say('policy.cost'), type: 'number', value: cost, required: false }),
    choices(`${name}.scopes`, {
      label: say('policy.needs'),
      groups: [
        choiceGroup(
          offeredScopes(scopes, ticked).map(({ value, hint }) =>
            choice(value, value, { hint, checked: ticked.includes(value) }),
          ),
          scopes.length > shownAtOnce ? say('policy.needs.count', { count: ticked.length, of: scopes.length }) : null,
          scopes.length > shownAtOnce,
        ),
      ],
    }),
  ]
  return group(name, say('policy.route', { number: index + 1 }), fields, rowButtons(index, last))
}

/** With those that were ticked and are gone: the form says so of them. */
function offeredScopes(scopes: readonly ScopeOut[], ticked: readonly string[]): { value: string; hint: Text | null }[] {
  const gone = ticked.filter((name) => !scopes.some((scope) => scope.name === name))
  return [
    ...scopes.map(({ name, title }) => ({ value: name, hint: title })),
    ...gone.map((name) => ({ value: name, hint: say('policy.needs.gone') })),
  ]
}

function rowButtons(index: number, last: number): FormButton[] {
  return [
    ...(index > 0 ? [formButton(say('policy.route.up'), `up-${index}`)] : []),
    ...(index < last ? [formButton(say('policy.route.down'), `down-${index}`)] : []),
    formButton(say('policy.route.remove'), `remove-${index}`),
  ]
}
