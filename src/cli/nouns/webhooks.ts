/** `keygrant webhooks …`, `deliveries …` and `events …`: where events are sent to, and what came of it. */
import { cell } from './cell.ts'
import { shownOnce, type Noun, type Row } from './noun.ts'

const webhook = { name: 'webhook-id', field: 'id', of: 'webhooks' } as const
const delivery = { name: 'delivery-id', field: 'id', of: 'deliveries' } as const

const words = {
  name: 'what you call it',
  url: 'the https address that events are sent to',
  types: 'a type of event that it gets, such as api_key.revoked; all unless said',
  organization_id: 'whose events it gets',
}

const state = ({ disabled, disabled_reason, failing_since }: Row): string => {
  if (disabled === true) return `disabled (${String(disabled_reason)})`
  return failing_since === null ? 'ok' : `failing since ${cell(failing_since)}`
}

export const webhooks: Noun = {
  name: 'webhooks',
  one: 'webhook',
  does: 'where events are sent to',
  none: 'There are no webhooks.',
  columns: [
    ['ID', 'id'],
    ['NAME', 'name'],
    ['URL', 'url'],
    ['TYPES', ({ types }) => ((types as readonly string[]).length === 0 ? 'all' : types)],
    ['STATE', state],
    ['CREATED', 'created_at'],
  ],
  verbs: {
    create: {
      route: 'POST /v1/webhooks',
      does: 'send the events of an organization to an address; with --no-organization everybody’s',
      words,
      flags: { types: 'type' },
      fields: [
        ['id', 'id'],
        ['name', 'name'],
        ['url', 'url'],
        ['secret', 'secret'],
      ],
      note: ({ secret }) => (secret === null ? '' : shownOnce),
    },
    list: {
      route: 'GET /v1/webhooks',
      does: 'list webhooks, newest first',
      words: { organization_id: 'those of one organization', status: 'those that are it now' },
    },
    show: { route: 'GET /v1/webhooks/:id', does: 'show a webhook', arguments: [webhook] },
    update: {
      route: 'PATCH /v1/webhooks/:id',
      does: 'change a webhook; --type "" lets it get all',
      arguments: [webhook],
      words,
      flags: { types: 'type' },
      switches: [
        { flag: '--disable', does: 'send nothing more to it', field: 'disabled', value: true },
        { flag: '--enable', does: 'send to it again; it begins anew', field: 'disabled', value: false },
      ],
    },
    'rotate-secret': {
      route: 'POST /v1/webhooks/:id/rotate-secret',
      does: 'give a webhook a new secret; for a grace the last one signs, too',
      arguments: [webhook],
      words: { grace_period: 'how long the old secret signs, too, in seconds' },
      fields: [['secret', 'secret']],
      note: ({ old_secret_expires_at }) =>
        `${shownOnce} The old one ${old_secret_expires_at === null ? 'signs no more' : `signs, too, until ${cell(old_secret_expires_at)} UTC`}.`,
    },
    test: {
      route: 'POST /v1/webhooks/:id/test',
      does: 'send a webhook an event that says nothing (webhook.test)',
      arguments: [webhook],
      note: ({ id }) => `See what came of it: keygrant deliveries show ${cell(id)}`,
    },
    delete: {
      route: 'DELETE /v1/webhooks/:id',
      does: 'delete a webhook, with the record of what was sent to it',
      arguments: [webhook],
      said: ({ id = '' }) => `${id} is deleted.`,
    },
  },
}

export const deliveries: Noun = {
  name: 'deliveries',
  one: 'delivery',
  does: 'what was sent to a webhook, and what came of it',
  none: 'Nothing was sent to it.',
  columns: [
    ['ID', 'id'],
    ['TYPE', 'type'],
    ['STATUS', 'status'],
    ['ATTEMPTS', 'attempt_count'],
    ['NEXT', 'next_attempt_at'],
    ['CREATED', 'created_at'],
  ],
  verbs: {
    list: {
      route: 'GET /v1/webhooks/:id/deliveries',
      does: 'list what was sent to a webhook, newest first',
      arguments: [webhook],
    },
    show: { route: 'GET /v1/deliveries/:id', does: 'show a delivery, with its attempts', arguments: [delivery] },
    replay: {
      route: 'POST /v1/deliveries/:id/replay',
      does: 'send it once more, under the same webhook-id',
      arguments: [delivery],
    },
  },
}

export const events: Noun = {
  name: 'events',
  one: 'event',
  does: 'what webhooks tell',
  none: 'There is nothing to tell.',
  columns: [
    ['ID', 'id'],
    ['AT', 'timestamp'],
    ['TYPE', 'type'],
    ['ORGANIZATION', 'organization_id'],
    ['ABOUT', ({ data }) => (data as Row)['id']],
  ],
  verbs: {
    list: {
      route: 'GET /v1/events',
      does: 'list what webhooks tell, newest first; kept for 30 days',
      words: { type: 'of this type, such as api_key.revoked', organization_id: 'of one organization' },
    },
  },
}
