/** A scope: what people read of it, what it can do, and who may give it. */
import {
  action,
  area,
  choice,
  choiceGroup,
  choices,
  form,
  input,
  say,
  screen,
  section,
  select,
  tick,
} from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Fault, Field } from '../../../http/screen.ts'
import { grantableByValues } from '../../../resources/resource.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import { patch, shownFields, wantedOf } from '../shown.ts'
import { crumbsTo, pathOfResource, pathOfScope, readResource, type ResourceOut, type ScopeOut } from './parts.ts'

type Values = Record<'title' | 'description' | 'writes' | 'grantable_by', string> &
  Record<'optional' | 'sensitive', boolean>

export async function showCreateScope(desk: Desk): Promise<void> {
  showNew(desk, await readResource(desk), [])
}

export async function createScope(desk: Desk): Promise<void> {
  const resource = await readResource(desk)
  const body = { name: desk.typed('name'), ...bodyOf(typedOf(desk)) }
  const asked = { body, once: onceOf(desk) }
  await desk.attempt(() => desk.api.call('POST', `/v1/resources/${resource.id}/scopes`, asked), {
    done: () => desk.done(pathOfResource(resource), 'scope-created'),
    again: (faults) => showNew(desk, resource, faults),
  })
}

function showNew(desk: Desk, resource: ResourceOut, faults: Fault[]): void {
  const blank = { title: '', description: '', optional: false, sensitive: false, writes: '', grantable_by: 'anyone' }
  const path = pathOfResource(resource)
  desk.screen(
    screen({
      title: say('resource.scope.add'),
      lead: say('resource.scope.add.lead', { title: resource.title }),
      crumbs: crumbsTo(resource),
      narrow: true,
      blocks: [
        form({
          action: `${path}/new-scope`,
          submit: say('resource.scope.add.submit'),
          cancelHref: path,
          faults,
          fields: [
            onceField(desk),
            input('name', {
              label: say('resource.scope.name'),
              hint: say('resource.scope.name.hint'),
              value: desk.typed('name'),
            }),
            ...fieldsOf(desk.ctx.method === 'POST' ? typedOf(desk) : blank, true),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function showEditScope(desk: Desk): Promise<void> {
  const resource = await readResource(desk)
  showChange(desk, resource, scopeOf(desk, resource), [])
}

export async function editScope(desk: Desk): Promise<void> {
  const resource = await readResource(desk)
  const scope = scopeOf(desk, resource)
  const kept = { ...keptOf(scope), ...placeOf(resource, scope) }
  const { position, ...wanted } = wantedOf(desk, kept, { ...typedOf(desk), position: desk.typed('position') })
  const body = { ...bodyOf(wanted), ...(position !== undefined && { position: Number(position) }) }
  const route = `/v1/resources/${resource.id}/scopes/${encodeURIComponent(scope.name)}`
  await desk.attempt(() => patch(desk, route, body), {
    done: () => desk.done(pathOfResource(resource), 'saved'),
    again: (faults) => showChange(desk, resource, scope, faults),
  })
}

/** @throws {Problem} `not_found` */
export function scopeOf(desk: Desk, resource: ResourceOut): ScopeOut {
  const scope = resource.scopes.find(({ name }) => encodeURIComponent(name) === desk.params['name'])
  if (!scope) throw new Problem('not_found')
  return scope
}

function showChange(desk: Desk, resource: ResourceOut, scope: ScopeOut, faults: Fault[]): void {
  const path = pathOfScope(resource, scope.name)
  const again = desk.ctx.method === 'POST'
  const kept = keptOf(scope)
  desk.screen(
    screen({
      title: scope.name,
      crumbs: crumbsTo(resource),
      narrow: true,
      blocks: [
        form({
          action: path,
          submit: say('desk.save'),
          cancelHref: pathOfResource(resource),
          faults,
          fields: [
            ...shownFields(desk, { ...kept, ...placeOf(resource, scope) }),
            ...fieldsOf(again ? typedOf(desk) : kept, false),
            ...placeField(resource, scope, again ? desk.typed('position') : null),
          ],
        }),
        section('end', say('resource.scope.end'), [], {
          text: say('resource.scope.end.text'),
          tone: 'danger',
          actions: [action(say('resource.scope.delete'), `${path}/delete`, 'danger')],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

function keptOf({ title, description, optional, sensitive, writes, grantable_by }: ScopeOut): Values {
  return { title, description: description ?? '', optional, sensitive, writes: writes ? 'yes' : 'no', grantable_by }
}

/** Nothing where there is no other. */
function placeOf({ scopes }: ResourceOut, scope: ScopeOut): { position?: string } {
  return scopes.length < 2 ? {} : { position: String(scopes.indexOf(scope)) }
}

/** Where people see it, behind which other. */
function placeField({ scopes }: ResourceOut, scope: ScopeOut, typed: string | null): Field[] {
  const others = scopes.filter((one) => one !== scope)
  if (others.length === 0) return []
  return [
    select('position', {
      label: say('resource.scope.place'),
      hint: say('resource.scope.place.hint'),
      value: typed ?? String(scopes.indexOf(scope)),
      options: [
        { value: '0', label: say('resource.scope.place.first') },
        ...others.map(({ title }, index) => ({
          value: String(index + 1),
          label: say('resource.scope.place.after', { title }),
        })),
      ],
    }),
  ]
}

function typedOf(desk: Desk): Values {
  return {
    title: desk.typed('title'),
    description: desk.typed('description'),
    optional: desk.typed('optional') === 'on',
    sensitive: desk.typed('sensitive') === 'on',
    writes: desk.typed('writes'),
    grantable_by: desk.typed('grantable_by'),
  }
}

function bodyOf({ description, writes, ...said }: Partial<Values>) {
  return {
    ...said,
    ...(description !== undefined && { description: description || null }),
    ...(writes && { writes: writes === 'yes' }),
  }
}

function fieldsOf(values: Values, creates: boolean): Field[] {
  const writes = [...(creates ? ['by-name' as const] : []), 'no' as const, 'yes' as const]
  return [
    input('title', {
      label: say('resource.scope.title'),
      hint: say('resource.scope.title.hint'),
      value: values.title,
    }),
    area('description', {
      label: say('resource.scope.description'),
      hint: say('resource.scope.description.hint'),
      value: values.description,
      rows: 2,
    }),
    select('writes', {
      label: say('resource.scope.writes'),
      hint: say('resource.scope.writes.hint'),
      value: values.writes,
      options: writes.map((value) => ({
        value: value === 'by-name' ? '' : value,
        label: say(`resource.scope.writes.${value}`),
      })),
    }),
    tick('sensitive', {
      label: say('resource.scope.sensitive'),
      hint: say('resource.scope.sensitive.hint'),
      checked: values.sensitive,
    }),
    tick('optional', {
      label: say('resource.scope.optional'),
      hint: say('resource.scope.optional.hint'),
      checked: values.optional,
    }),
    choices('grantable_by', {
      label: say('resource.scope.grantable-by'),
      many: false,
      groups: [
        choiceGroup(
          grantableByValues.map((value) =>
            choice(value, say(`resource.grantable-by.${value}`), {
              hint: say(`resource.grantable-by.${value}.hint`),
              checked: value === values.grantable_by,
            }),
          ),
        ),
      ],
    }),
  ]
}
