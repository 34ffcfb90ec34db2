/** From what waits for somebody to the one mail that they get. */
import { noticeKinds, type NoticeItem, type NoticeKind, type NoticesModel } from '../../http/notice-models.ts'
import type { MailModels, MailName } from '../../http/page-models.ts'
import { kinds, type AloneKind, type BundledKind, type MailKind } from './kinds.ts'
import { modelOf } from './models.ts'
import type { MailRow } from './store.ts'

/** A mail, and what its template is given. */
export type Composed = { [K in MailName]: { mail: K; model: MailModels[K] } }[MailName]

export interface ComposeOptions {
  publicUrl: string
  /** As apps are called, by client_id. */
  clientNames: ReadonlyMap<string, string>
  /** Of the platform: only they have pages of clients; others have the API, and the guide says how. */
  administrator: boolean
}

/** Where people choose which mails they get. */
export const choicePath = '/account/notifications'

const keysPath = '/account/keys'
const clientsPath = '/admin/clients'

const places: Record<BundledKind, string> = {
  'key-created': keysPath,
  'key-expiring': keysPath,
  'key-expiring-soon': keysPath,
  'key-expired': keysPath,
  'key-exposed': keysPath,
  'key-revoked': keysPath,
  'limit-approaching': '/account/usage',
  'limit-reached': '/account/usage',
  'webhook-disabled': '/account/webhooks',
  'client-secret-expiring': '/docs/rotation#secrets-of-clients',
  'client-secret-expiring-soon': '/docs/rotation#secrets-of-clients',
  'app-connected': '/account/connected-apps',
}

/** @param rows not empty; of one bundle */
export function compose(rows: readonly MailRow[], options: ComposeOptions): Composed {
  const [first] = rows
  if (first && isAlone(first.kind)) {
    return { mail: first.kind, model: modelOf(first.kind, first.data) } as Composed
  }
  const { publicUrl } = options
  const byKind = Map.groupBy(rows, ({ kind }) => kind)
  // In the order of urgency.
  const sections = noticeKinds.flatMap((kind) => {
    const [lead, ...others] = byKind.get(kind) ?? []
    return lead ? [sectionOf(kind, [lead, ...others], options)] : []
  })
  const isChosen = rows.some(({ kind }) => kinds[kind].choice !== null)
  const model: NoticesModel = { sections, choiceHref: isChosen ? `${publicUrl}${choicePath}` : null }
  const [lead, ...others] = sections
  if (!lead) throw new Error('there is nothing to tell')
  // What comes at once is called by what is most urgent in it.
  return { mail: others.length > 0 && kinds[lead.kind].bundle === 'daily' ? 'digest' : lead.kind, model }
}

function sectionOf(
  kind: NoticeKind,
  rows: readonly [MailRow, ...MailRow[]],
  { publicUrl, clientNames, administrator }: ComposeOptions,
): NoticesModel['sections'][number] {
  const [{ count, data }] = rows
  const items = rows.map((row) => itemOf(row.data, clientNames))
  const place = administrator && isOfClient(kind) ? clientsPath : places[kind]
  // One has a page of its own.
  const own =
    count === 1 && (place === keysPath || place === clientsPath) ? `/${encodeURIComponent(text(data.id))}` : ''
  const href = `${publicUrl}${place}${own}`
  return { kind, count, items, more: count - items.length, href }
}

function itemOf(data: Record<string, unknown>, clientNames: ReadonlyMap<string, string>): NoticeItem {
  const app = typeof data.client_id === 'string' ? (clientNames.get(data.client_id) ?? data.client_id) : null
  return {
    // A line break in a name could write a line of its own into the mail.
    name: (app ?? text(data.name)).replaceAll(/[\s\p{Cc}]+/gu, ' ').trim(),
    hint: text(data.hint),
    at: typeof data.expires_at === 'string' ? new Date(data.expires_at) : null,
    limit: Number(data.limit ?? 0),
    remaining: Number(data.remaining ?? 0),
    reason: text(data.reason),
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

function isOfClient(kind: NoticeKind): boolean {
  return kind === 'client-secret-expiring' || kind === 'client-secret-expiring-soon'
}

function isAlone(kind: MailKind): kind is AloneKind {
  return kinds[kind].bundle === 'alone'
}
