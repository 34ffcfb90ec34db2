/** An API is registered, or called something else; its name stays, since policies and files know it by it. */
import { choice, choiceGroup, choices, form, input, say, screen, select } from '../../../http/screen-parts.ts'
import type { Fault, Field } from '../../../http/screen.ts'
import { accessTokenFormats } from '../../../resources/resource.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import { patch, shownFields, wantedOf } from '../shown.ts'
import { crumbsTo, lifetimeWords, listPath, pathOfResource, readResource, type ResourceOut } from './parts.ts'

/** In seconds: what is offered, up to the longest that the API takes. */
const lifetimes = [300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400] as const

// A type, since an interface is no record of fields.
type Values = Record<'title' | 'identifier' | 'access_token.format' | 'access_token.lifetime', string>

const blank: Values = {
  title: '',
  identifier: '',
  'access_token.format': 'jwt',
  'access_token.lifetime': '900',
}

export function showCreate(desk: Desk, faults: Fault[] = []): void {
  const values = desk.ctx.method === 'POST' ? typedOf(desk) : blank
  desk.screen(
    screen({
      title: say('resource.create'),
      lead: say('resource.create.lead'),
      crumbs: crumbsTo(),
      narrow: true,
      blocks: [
        form({
          action: `${listPath}/new`,
          submit: say('resource.create.submit'),
          cancelHref: listPath,
          faults,
          fields: [
            onceField(desk),
            titleField(values),
            input('name', {
              label: say('resource.name'),
              hint: say('resource.name.hint'),
              value: desk.typed('name'),
            }),
            ...fieldsOf(values),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function createResource(desk: Desk): Promise<void> {
  const body = { ...bodyOf(typedOf(desk)), name: desk.typed('name') }
  await desk.attempt(() => desk.api.call<ResourceOut>('POST', '/v1/resources', { body, once: onceOf(desk) }), {
    done: (made) => desk.done(pathOfResource(made), 'resource-created'),
    again: (faults) => showCreate(desk, faults),
  })
}

export async function showEdit(desk: Desk): Promise<void> {
  showChange(desk, await readResource(desk), [])
}

export async function editResource(desk: Desk): Promise<void> {
  const resource = await readResource(desk)
  const body = bodyOf(wantedOf(desk, keptOf(resource), typedOf(desk)))
  await desk.attempt(() => patch(desk, `/v1/resources/${resource.id}`, body), {
    done: () => desk.done(pathOfResource(resource), 'saved'),
    again: (faults) => showChange(desk, resource, faults),
  })
}

function showChange(desk: Desk, resource: ResourceOut, faults: Fault[]): void {
  const kept = keptOf(resource)
  const values = desk.ctx.method === 'POST' ? typedOf(desk) : kept
  const path = pathOfResource(resource)
  desk.screen(
    screen({
      title: say('resource.edit.title', { title: resource.title }),
      crumbs: crumbsTo(resource),
      narrow: true,
      blocks: [
        form({
          action: `${path}/edit`,
          submit: say('desk.save'),
          cancelHref: path,
          faults,
          fields: [...shownFields(desk, kept), titleField(values), ...fieldsOf(values)],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

function keptOf({ title, identifier, access_token: { format, lifetime } }: ResourceOut): Values {
  return { title, identifier, 'access_token.format': format, 'access_token.lifetime': String(lifetime) }
}

function typedOf(desk: Desk): Values {
  return {
    title: desk.typed('title'),
    identifier: desk.typed('identifier'),
    'access_token.format': desk.typed('access_token.format'),
    'access_token.lifetime': desk.typed('access_token.lifetime'),
  }
}

function bodyOf(values: Partial<Values>) {
  const { 'access_token.format': format, 'access_token.lifetime': lifetime, ...body } = values
  const token = {
    ...(format !== undefined && { format }),
    ...(lifetime !== undefined && { lifetime: Number(lifetime) }),
  }
  return { ...body, ...(Object.keys(token).length > 0 && { access_token: token }) }
}

const titleField = ({ title }: Values): Field =>
  input('title', { label: say('resource.title'), hint: say('resource.title.hint'), value: title })

function fieldsOf(values: Values): Field[] {
  const { identifier, 'access_token.format': format, 'access_token.lifetime': lifetime } = values
  const offered = [...new Set([...lifetimes, Number(lifetime)])]
    .filter((seconds) => Number.isInteger(seconds) && seconds > 0)
    .toSorted((a, b) => a - b)
  return [
    input('identifier', {
      label: say('resource.identifier'),
      hint: say('resource.identifier.hint'),
      value: identifier,
    }),
    choices('access_token.format', {
      label: say('resource.token'),
      many: false,
      groups: [
        choiceGroup(
          accessTokenFormats.map((value) =>
            choice(value, say(`resource.format.${value}`), {
              hint: say(`resource.format.${value}.hint`),
              checked: value === format,
            }),
          ),
        ),
      ],
    }),
    select('access_token.lifetime', {
      label: say('resource.lifetime'),
      hint: say('resource.lifetime.hint'),
      value: lifetime,
      options: offered.map((seconds) => ({ value: String(seconds), label: lifetimeWords(seconds) })),
    }),
  ]
}
