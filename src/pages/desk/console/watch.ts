/** What somebody should look after: keys that are in use and about to end, keys that came into the open, webhooks that fail. */
import {
  action,
  code,
  column,
  empty,
  relative,
  row,
  say,
  section,
  soft,
  table,
  text,
  lines,
} from '../../../http/screen-parts.ts'
import type { Block, Row } from '../../../http/screen.ts'
import type { Desk } from '../desk.ts'
import { endingInUse, endsWithin, usedWithin } from '../keys/ending.ts'
import { nameAndHint } from '../keys/words.ts'
import { organizationNames } from '../names.ts'
import { at, type KeyOut, type Listed } from '../wire.ts'

/** Rows that are shown of each, and keys that are read to find those that end first. */
const shown = 8
const read = 100

interface WebhookOut {
  id: string
  name: string
  url: string
  organization_id: string | null
  failing_since: string | null
}

export interface Watched {
  ending: KeyOut[]
  exposed: KeyOut[]
  webhooks: WebhookOut[]
  organizations: ReadonlyMap<string, string>
}

export async function readWatched(desk: Desk): Promise<Watched> {
  const limit = String(shown)
  const [ending, exposed, webhooks] = await Promise.all([
    desk.api.get<Listed<KeyOut>>('/v1/keys', { ...endingInUse(desk.now), limit: String(read) }),
    desk.api.get<Listed<KeyOut>>('/v1/keys', { status: 'exposed', limit }),
    desk.api.get<Listed<WebhookOut>>('/v1/webhooks', { status: 'failing', limit }),
  ])
  const soonest = ending.data.toSorted((a, b) => (a.expires_at ?? '').localeCompare(b.expires_at ?? '')).slice(0, shown)
  const told = [...soonest, ...exposed.data, ...webhooks.data]
  return {
    ending: soonest,
    exposed: exposed.data,
    webhooks: webhooks.data,
    organizations: await organizationNames(
      desk,
      told.map(({ organization_id }) => organization_id),
    ),
  }
}

export function endingBlock({ now }: Desk, { ending, organizations }: Watched): Block {
  return section(
    'ending',
    say('console.ending'),
    [
      table({
        caption: say('console.ending'),
        columns: [
          column(say('key.name')),
          column(say('key.organization')),
          column(say('key.last-used'), { aside: true }),
          column(say('key.ends')),
        ],
        rows: ending.map((key) =>
          row(
            [
              nameAndHint(key),
              text(organizations.get(key.organization_id) ?? key.organization_id),
              relative(at(key.last_used_at), now),
              relative(at(key.expires_at), now),
            ],
            `/admin/keys/${key.id}`,
          ),
        ),
        empty: empty('check', say('console.ending.none'), say('console.ending.none.text')),
      }),
    ],
    {
      text: say('console.ending.text', { days: endsWithin, used: usedWithin }),
      actions: ending.length < shown ? [] : [action(say('console.all'), '/admin/keys?in_use=ending')],
    },
  )
}

/** Nothing where there is nothing to look after. */
export function exposedBlocks({ now }: Desk, { exposed, organizations }: Watched): Block[] {
  if (exposed.length === 0) return []
  const rows = exposed.map((key): Row =>
    row(
      [
        nameAndHint(key),
        text(organizations.get(key.organization_id) ?? key.organization_id),
        text(key.exposed === null ? '' : say(`key.exposed.${key.exposed.reason}`)),
        relative(at(key.exposed?.at ?? null), now),
      ],
      `/admin/keys/${key.id}`,
    ),
  )
  return [
    section(
      'exposed',
      say('console.exposed'),
      [
        table({
          caption: say('console.exposed'),
          columns: [
            column(say('key.name')),
            column(say('key.organization')),
            column(say('console.exposed.how')),
            column(say('console.exposed.since')),
          ],
          rows,
          empty: empty('check', say('console.ending.none'), say('console.ending.none.text')),
        }),
      ],
      {
        text: say('console.exposed.text'),
        tone: 'danger',
        actions: [action(say('console.all'), '/admin/keys?status=exposed')],
      },
    ),
  ]
}

export function webhookBlocks({ now }: Desk, { webhooks, organizations }: Watched): Block[] {
  if (webhooks.length === 0) return []
  return [
    section(
      'webhooks',
      say('console.webhooks'),
      [
        table({
          caption: say('console.webhooks'),
          columns: [
            column(say('organization.name')),
            column(say('key.organization')),
            column(say('console.webhooks.since')),
          ],
          rows: webhooks.map(({ id, name, url, organization_id, failing_since }) =>
            row(
              [
                lines(text(name), code(hostOf(url))),
                organization_id === null
                  ? soft(say('console.webhooks.everybody'))
                  : text(organizations.get(organization_id) ?? organization_id),
                relative(at(failing_since), now),
              ],
              `/admin/webhooks/${id}`,
            ),
          ),
          empty: empty('check', say('console.ending.none'), say('console.ending.none.text')),
        }),
      ],
      { text: say('console.webhooks.text'), tone: 'caution', actions: [action(say('console.all'), '/admin/webhooks')] },
    ),
  ]
}

/** The rest of an address may hold what only its owner should see. */
const hostOf = (url: string): string => (URL.canParse(url) ? new URL(url).host : url)
