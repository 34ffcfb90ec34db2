/** An API is registered, or called something else; its name stays, since policies and files know it by it. */
import { choice, choiceGroup, choices, form, input, say, screen, select } from '../../../http/screen-parts.ts'
import type { Fault, Field } from '../../../http/screen.ts'
import { accessTokenFormats } from '../../../resources/resource.ts'
import type { Desk } from '../desk.ts'
import { onceField, onceOf } from '../once.ts'
import { crumbsTo, lifetimeWords, listPath, pathOfResource, readResource, type ResourceOut } from './parts.ts'

/** In seconds: what is offered, up to the longest that the API takes. */
const lifetimes = [300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400] as const

interface Values {
  title: string
  identifier: string
  format: string
  lifetime: string
}

export function showCreate(desk: Desk, faults: Fault[] = []): void {
  const values =
    desk.ctx.method === 'POST' ? typedOf(desk) : { title: '', identifier: '', format: 'jwt', lifetime: '900' }
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
  const body = { ...bodyOf(desk), name: desk.typed('name') }
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
  await desk.attempt(() => desk.api.call('PATCH', `/v1/resources/${resource.id}`, { body: bodyOf(desk) }), {
    done: () => desk.done(pathOfResource(resource), 'saved'),
    again: (faults) => showChange(desk, resource, faults),
  })
}

function showChange(desk: Desk, resource: ResourceOut, faults: Fault[]): void {
  const { title, identifier, access_token } = resource
  const kept = { title, identifier, format: access_token.format, lifetime: String(access_token.lifetime) }
  const values = desk.ctx.method === 'POST' ? typedOf(desk) : kept
  const path = pathOfResource(resource)
  desk.screen(
    screen({
      title: say('resource.edit.title', { title }),
      crumbs: crumbsTo(resource),
      narrow: true,
      blocks: [
        form({
          action: `${path}/edit`,
          submit: say('desk.save'),
          cancelHref: path,
          faults,
          fields: [titleField(values), ...fieldsOf(values)],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

function typedOf(desk: Desk): Values {
  return {
    title: desk.typed('title'),
    identifier: desk.typed('identifier'),
    format: desk.typed('access_token.format'),
    lifetime: desk.typed('access_token.lifetime'),
  }
}

function bodyOf(desk: Desk) {
  const { title, identifier, format, lifetime } = typedOf(desk)
  return { title, identifier, access_token: { format, lifetime: Number(lifetime) } }
}

const titleField = ({ title }: Values): Field =>
  input('title', { label: say('resource.title'), hint: say('resource.title.hint'), value: title })

function fieldsOf({ identifier, format, lifetime }: Values): Field[] {
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
