/** `/admin/search`: one question to everything that a name, an address or an id finds; whoever is meant alone is shown at once. */
import {
  badges,
  column,
  empty,
  lines,
  none,
  row,
  say,
  screen,
  section,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Row, Text } from '../../../http/screen.ts'
import type { MessageKey } from '../../../http/messages.ts'
import type { OrganizationOut } from '../../../organizations/api.ts'
import type { UserOut } from '../../../users/api.ts'
import type { Desk, DeskRoute } from '../desk.ts'
import { keyBadges, nameAndHint } from '../keys/words.ts'
import { organizationNames } from '../names.ts'
import type { KeyOut, Listed } from '../wire.ts'

/** Of each kind. */
const most = 10

interface ClientOut {
  client_id: string
  client_name: string
}

/** One of what was found: `exact` where it is what was asked for, and not only like it. */
interface Hit {
  href: string
  exact: boolean
  row: Row
}
interface Found {
  kind: 'keys' | 'people' | 'organizations' | 'clients'
  hits: Hit[]
  /** Where all of them are; null: these are. */
  more: string | null
}

export function searchPages(): DeskRoute[] {
  return [{ method: 'GET', path: '/admin/search', handle: search }]
}

async function search(desk: Desk): Promise<void> {
  const q = (desk.query['q'] ?? '')
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 120)
  if (q === '') return showFound(desk, q, [])
  const found = await Promise.all([keys(desk, q), people(desk, q), organizations(desk, q), clients(desk, q)])
  const exact = found.flatMap(({ hits }) => hits.filter((hit) => hit.exact))
  const [only] = exact
  if (only && exact.length === 1) return desk.redirect(only.href as '/')
  showFound(desk, q, found)
}

function showFound(desk: Desk, q: string, found: readonly Found[]): void {
  const some = found.filter(({ hits }) => hits.length > 0)
  desk.screen(
    screen({
      title: q === '' ? say('search.title') : say('search.title.of', { q }),
      lead: some.length === 0 ? null : say('search.lead'),
      blocks:
        some.length > 0
          ? some.map(sectionOf)
          : [
              table({
                caption: say('search.title'),
                columns: [],
                rows: [],
                empty: empty('search', say(q === '' ? 'search.start' : 'search.none'), say('search.what')),
              }),
            ],
    }),
  )
}

const titles: Record<Found['kind'], MessageKey> = {
  keys: 'desk.keys',
  people: 'desk.people',
  organizations: 'desk.organizations',
  clients: 'desk.clients',
}

const columnsOf: Record<Found['kind'], readonly MessageKey[]> = {
  keys: ['key.name', 'key.status', 'key.organization'],
  people: ['search.person', 'search.id'],
  organizations: ['organization.name', 'organization.external-id'],
  clients: ['search.client', 'search.id'],
}

function sectionOf({ kind, hits, more }: Found): Block {
  const title = say(titles[kind])
  return section(kind, title, [
    table({
      caption: title,
      columns: columnsOf[kind].map((key) => column(say(key))),
      rows: hits.map((hit) => ({ ...hit.row, href: hit.href })),
      empty: empty('search', say('search.none'), say('search.what')),
      more,
    }),
  ])
}

const at = (path: string, q: string): string => `${path}?${new URLSearchParams({ q }).toString()}`

async function keys(desk: Desk, q: string): Promise<Found> {
  // A hint is told with the dots before it.
  const wanted = q.replace(/^(?:…|\.{3})/, '')
  const { data, next_cursor } = await desk.api.get<Listed<KeyOut>>('/v1/keys', { q: wanted, limit: String(most) })
  const names = await organizationNames(
    desk,
    data.map(({ organization_id }) => organization_id),
  )
  const hits = data.map((key) => ({
    href: `/admin/keys/${key.id}`,
    exact: key.id === wanted || key.secrets.some(({ hint }) => hint === wanted),
    row: row([nameAndHint(key), badges(keyBadges(key)), text(names.get(key.organization_id) ?? key.organization_id)]),
  }))
  return { kind: 'keys', hits, more: next_cursor === null ? null : at('/admin/keys', q) }
}

async function people(desk: Desk, q: string): Promise<Found> {
  const limit = String(most)
  const [found, byId] = await Promise.all([
    desk.api.get<Listed<UserOut>>('/v1/users', { q, limit }),
    q.startsWith('usr_') ? desk.api.get<Listed<UserOut>>('/v1/users', { ids: q, limit }) : { data: [] },
  ])
  const hits = [...byId.data, ...found.data].map(({ id, email, name }) => ({
    href: `/admin/people/${id}`,
    exact: id === q || email.toLowerCase() === q.toLowerCase(),
    row: row([twoLines(email, name), soft(id)]),
  }))
  return { kind: 'people', hits, more: found.next_cursor === null ? null : at('/admin/people', q) }
}

async function organizations(desk: Desk, q: string): Promise<Found> {
  const path = '/v1/organizations'
  const limit = String(most)
  const [named, external, byId] = await Promise.all([
    desk.api.get<Listed<OrganizationOut>>(path, { q, limit }),
    desk.api.get<Listed<OrganizationOut>>(path, { external_id: q, limit }),
    q.startsWith('org_') ? desk.api.get<Listed<OrganizationOut>>(path, { ids: q, limit }) : { data: [] },
  ])
  const all = new Map([...byId.data, ...external.data, ...named.data].map((one) => [one.id, one]))
  const hits = [...all.values()].map(({ id, name, external_id }) => ({
    href: `/admin/organizations/${id}`,
    exact: id === q || external_id === q || name.toLowerCase() === q.toLowerCase(),
    row: row([text(name), external_id === null ? none : soft(external_id)]),
  }))
  return { kind: 'organizations', hits, more: named.next_cursor === null ? null : at('/admin/organizations', q) }
}

async function clients(desk: Desk, q: string): Promise<Found> {
  const { data, next_cursor } = await desk.api.get<Listed<ClientOut>>('/v1/clients', { q, limit: String(most) })
  const hits = data.map(({ client_id, client_name }) => ({
    href: `/admin/clients/${encodeURIComponent(client_id)}`,
    exact: client_id === q || client_name.toLowerCase() === q.toLowerCase(),
    row: row([text(client_name), soft(client_id)]),
  }))
  return { kind: 'clients', hits, more: next_cursor === null ? null : at('/admin/clients', q) }
}

function twoLines(first: Text, second: string | null) {
  return second === null ? text(first) : lines(text(first), soft(second))
}
