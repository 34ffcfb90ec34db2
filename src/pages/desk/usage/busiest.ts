/** Who called most in the last 30 days. */
import { column, empty, number, row, say, section, table, text } from '../../../http/screen-parts.ts'
import type { Block, Text } from '../../../http/screen.ts'
import { pathOfClient } from '../clients/parts.ts'
import type { Desk } from '../desk.ts'
import { hoursOfKeys } from '../keys/spending.ts'
import { clientNames, organizationNames } from '../names.ts'
import type { KeyOut, Listed } from '../wire.ts'
import { pathOfUsage, type UsagePages } from './parts.ts'

interface BusyOut {
  organization_id: string | null
  key_id?: string
  client_id?: string
  allowed: number
  limited: number
  denied: number
}

/** As many as are looked over at a glance. */
const most = '10'

/** Of so many of them it is looked at, too, how far they are. */
const MEASURED = 3

type Query = Readonly<Record<string, string | undefined>>

async function busiest(desk: Desk, groupBy: 'organization' | 'key' | 'client', query: Query): Promise<BusyOut[]> {
  const asked = { ...query, group_by: groupBy, interval: 'all', limit: most }
  return (await desk.api.get<Listed<BusyOut>>('/v1/usage', asked)).data
}

interface Named {
  counts: BusyOut
  name: Text
  of: Text | null
  href: string | null
}

/** `of` whom, where several are shown. */
function busyTable(id: string, title: Text, who: Text, rows: readonly Named[]): Block {
  const some = rows.some(({ of }) => of !== null)
  return section(id, title, [
    table({
      caption: title,
      columns: [
        column(who),
        ...(some ? [column(say('key.organization'), { aside: true })] : []),
        column(say('usage.allowed'), { end: true }),
        column(say('usage.limited'), { end: true }),
        column(say('usage.denied'), { end: true }),
      ],
      rows: rows.map(({ counts, name, of, href }) =>
        row(
          [
            text(name),
            ...(some ? [text(of ?? '')] : []),
            number(counts.allowed),
            number(counts.limited),
            number(counts.denied),
          ],
          href,
        ),
      ),
      empty: empty('chart', say('usage.none'), say('usage.none.text')),
    }),
  ])
}

/** What isn't in an organization any more is told of by its id. */
const nameOr = (names: ReadonlyMap<string, string>, id: string): string => names.get(id) ?? id

export async function busiestOrganizations(desk: Desk, pages: UsagePages): Promise<Block> {
  const data = await busiest(desk, 'organization', {})
  const names = await organizationNames(
    desk,
    data.map(({ organization_id }) => organization_id),
  )
  return busyTable(
    'organizations',
    say('usage.organizations'),
    say('key.organization'),
    data.map((counts) => {
      const { organization_id: id } = counts
      if (id === null || id === '') return { counts, name: say('usage.platform'), of: null, href: null }
      return {
        counts,
        name: nameOr(names, id),
        of: null,
        href: names.has(id) ? `${pathOfUsage(pages)}?organization=${id}` : null,
      }
    }),
  )
}

/** And how much of their hour those that are busiest have used. */
export async function busiestKeys(desk: Desk, pages: UsagePages, query: Query): Promise<Block[]> {
  const data = await busiest(desk, 'key', query)
  const ids = data.map(({ key_id }) => key_id ?? '')
  const [names, keys] = await Promise.all([
    query['organization_id'] === undefined
      ? organizationNames(
          desk,
          data.map((one) => one.organization_id),
        )
      : new Map<string, string>(),
    ids.length === 0
      ? []
      : desk.api.get<Listed<KeyOut>>('/v1/keys', { ids: ids.join(','), limit: most }).then((page) => page.data),
  ])
  const known = new Map(keys.map((key) => [key.id, key.name]))
  const list = busyTable(
    'keys',
    say('usage.keys'),
    say('usage.key'),
    data.map((counts) => {
      const id = counts.key_id ?? ''
      const of = names.get(counts.organization_id ?? '') ?? null
      return { counts, name: nameOr(known, id), of, href: known.has(id) ? `${pages.base}/keys/${id}` : null }
    }),
  )
  const measured = ids
    .flatMap((id) => keys.find((key) => key.id === id && key.status !== 'revoked') ?? [])
    .slice(0, MEASURED)
    .map(({ id, name }) => ({ id, name, href: `${pages.base}/keys/${id}` }))
  if (measured.length === 0) return [list]
  const hours = await hoursOfKeys(desk, measured)
  return [section('spending', say('spending.busiest'), [hours], { text: say('spending.text') }), list]
}

/** Apps that act for people; left out where there is none. */
export async function busiestClients(desk: Desk, pages: UsagePages, query: Query): Promise<Block[]> {
  const data = await busiest(desk, 'client', query)
  if (data.length === 0) return []
  const names = await clientNames(
    desk,
    data.map(({ client_id }) => client_id ?? null),
  )
  return [
    busyTable(
      'clients',
      say('usage.clients'),
      say('usage.client'),
      data.map((counts) => {
        const id = counts.client_id ?? ''
        const shown = pages.base === '/admin' && names.has(id)
        return { counts, name: nameOr(names, id), of: null, href: shown ? pathOfClient(id) : null }
      }),
    ),
  ]
}
