/** A webhook is made, or changed: where it leads, and which events it gets. */
import { choice, choiceGroup, choices, form, input, say, screen, select } from '../../../http/screen-parts.ts'
import type { Fault, Field } from '../../../http/screen.ts'
import type { NewWebhookOut, WebhookOut } from '../../../webhooks/api.ts'
import { webhookTypes } from '../../../webhooks/webhook.ts'
import type { Desk } from '../desk.ts'
import { findOrganization, organizationField } from '../find-organization.ts'
import { onceField, onceOf } from '../once.ts'
import { patch, shownFields, wantedOf } from '../shown.ts'
import { crumbsTo, listPath, pathOfWebhook, readWebhook, type WebhookPages } from './parts.ts'
import { showSecret } from './secret.ts'
import { typeWords } from './words.ts'

export function showCreate(desk: Desk, pages: WebhookPages, faults: Fault[] = []): void {
  const list = listPath(pages)
  desk.screen(
    screen({
      title: say('webhook.create'),
      lead: say('webhook.create.lead'),
      crumbs: crumbsTo(pages),
      narrow: true,
      blocks: [
        form({
          action: `${list}/new`,
          submit: say('webhook.create.submit'),
          cancelHref: list,
          faults,
          fields: [onceField(desk), ...whoseFields(desk, pages), ...fieldsOf(typedOf(desk))],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

export async function createWebhook(desk: Desk, pages: WebhookPages): Promise<void> {
  const whose = await whoseOf(desk, pages)
  if (!whose.ok) return showCreate(desk, pages, [whose.fault])
  const body = {
    ...typedOf(desk),
    ...(whose.id === undefined ? {} : { organization_id: whose.id }),
  }
  await desk.attempt(() => desk.api.call<NewWebhookOut>('POST', '/v1/webhooks', { body, once: onceOf(desk) }), {
    done: (made) => showSecret(desk, pages, made, { secret: made.secret, oldUntil: null, why: 'created' }),
    again: (faults) => showCreate(desk, pages, faults),
  })
}

/** `null`: everybody's events; `undefined`: those of the person's own organization. */
type Whose = { ok: true; id: string | null | undefined } | { ok: false; fault: Fault }

async function whoseOf(desk: Desk, { base }: WebhookPages): Promise<Whose> {
  const typed = desk.typed('organization_id')
  if (base === '/account') return { ok: true, id: typed || undefined }
  if (typed === '') return { ok: true, id: null }
  const found = await findOrganization(desk, 'organization_id')
  return found.ok ? { ok: true, id: found.organization.id } : found
}

/** In the account one of those that the person administers; in the console everybody's events, or those of one that is named. */
function whoseFields(desk: Desk, pages: WebhookPages): Field[] {
  const typed = desk.typed('organization_id') || (desk.query['organization'] ?? '')
  if (pages.base === '/admin') {
    const label = say('webhook.whose')
    return [
      organizationField('organization_id', typed, {
        label,
        hint: say('webhook.whose.everybody.hint'),
        required: false,
      }),
    ]
  }
  const own = desk.belongings.filter(({ role }) => role !== 'member')
  if (own.length < 2) return []
  return [
    select('organization_id', {
      label: say('webhook.whose'),
      hint: say('webhook.whose.hint'),
      value: typed,
      options: own.map(({ id, name, personal }) => ({
        value: id,
        label: personal ? say('organization.personal') : name,
      })),
    }),
  ]
}

export async function showEdit(desk: Desk, pages: WebhookPages): Promise<void> {
  showChange(desk, pages, await readWebhook(desk), [])
}

export async function editWebhook(desk: Desk, pages: WebhookPages): Promise<void> {
  const webhook = await readWebhook(desk)
  const body = wantedOf(desk, valuesOf(webhook), typedOf(desk))
  await desk.attempt(() => patch(desk, `/v1/webhooks/${webhook.id}`, body), {
    done: () => desk.done(pathOfWebhook(pages, webhook.id), 'saved'),
    again: (faults) => showChange(desk, pages, webhook, faults),
  })
}

function showChange(desk: Desk, pages: WebhookPages, webhook: WebhookOut, faults: Fault[]): void {
  const path = pathOfWebhook(pages, webhook.id)
  const kept = valuesOf(webhook)
  desk.screen(
    screen({
      title: say('webhook.edit.title', { name: webhook.name }),
      crumbs: crumbsTo(pages, webhook),
      narrow: true,
      blocks: [
        form({
          action: `${path}/edit`,
          submit: say('desk.save'),
          cancelHref: path,
          faults,
          fields: [...shownFields(desk, kept), ...fieldsOf(desk.ctx.method === 'POST' ? typedOf(desk) : kept)],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

// A type, since an interface is no record of fields.
type Values = { name: string; url: string; types: readonly string[] }

const typedOf = (desk: Desk): Values => ({
  name: desk.typed('name'),
  url: desk.typed('url'),
  types: desk.ticked('types'),
})
const valuesOf = ({ name, url, types }: WebhookOut): Values => ({ name, url, types })

function fieldsOf({ name, url, types }: Values): Field[] {
  return [
    input('name', { label: say('webhook.name'), hint: say('webhook.name.hint'), value: name }),
    input('url', { type: 'url', label: say('webhook.url'), hint: say('webhook.url.hint'), value: url }),
    choices('types', {
      label: say('webhook.types'),
      hint: say('webhook.types.hint'),
      groups: [choiceGroup(typeChoices(types))],
    }),
  ]
}

const typeChoices = (chosen: readonly string[]) =>
  webhookTypes.map((type) => choice(type, type, { hint: typeWords(type), checked: chosen.includes(type) }))
