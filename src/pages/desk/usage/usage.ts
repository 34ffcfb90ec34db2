/** How often was called, by whom, and how it was decided: of one's own organizations, or of everybody. */
import { filter, number, say, screen, section, select, stats } from '../../../http/screen-parts.ts'
import type { Block, Text, Tone } from '../../../http/screen.ts'
import type { OrganizationOut } from '../../../organizations/api.ts'
import type { Desk } from '../desk.ts'
import { sharedHour, tierNamed } from '../organizations/tiers.ts'
import { chartOf, usageOver, type UsageSums } from '../usage-chart.ts'
import { busiestClients, busiestKeys, busiestOrganizations } from './busiest.ts'
import { pathOfUsage, type UsagePages } from './parts.ts'
import { refusals } from './refusals.ts'

export async function showUsage(desk: Desk, pages: UsagePages): Promise<void> {
  const organization = await chosen(desk)
  const query = { organization_id: organization?.id }
  const [hours, days, limit] = await Promise.all([
    usageOver(desk, { title: say('usage.day'), interval: 'hour', intervals: 24, groupBy: 'total', query }),
    usageOver(desk, { title: say('usage.thirty-days'), interval: 'day', intervals: 30, groupBy: 'total', query }),
    limitOf(desk, organization),
  ])
  const everybody = pages.base === '/admin' && organization === null
  desk.screen(
    screen({
      title: say('desk.usage'),
      lead: say(pages.base === '/admin' ? 'usage.lead.everybody' : 'usage.lead'),
      blocks: [
        ...filters(desk, pages, organization),
        statsOf(hours),
        section('day', say('usage.by-hour'), [chartOf(hours, say('usage.day'), limit)], limitWords(limit)),
        section('month', say('usage.by-day'), [chartOf(days, say('usage.thirty-days'))]),
        ...(everybody || (organization === null && desk.belongings.length > 1)
          ? [await busiestOrganizations(desk, pages)]
          : []),
        ...(await busiestKeys(desk, pages, query)),
        ...(await busiestClients(desk, pages, query)),
        ...(everybody ? [refusals(pages.figures())] : []),
      ],
    }),
  )
}

/** @throws {Problem} `not_found` for one that isn't the person's */
async function chosen(desk: Desk): Promise<OrganizationOut | null> {
  const id = desk.query['organization'] ?? ''
  return id === '' ? null : desk.api.get<OrganizationOut>(`/v1/organizations/${id}`)
}

/** What the keys of an organization share in an hour: only then a sum can be held against it. */
async function limitOf(desk: Desk, organization: OrganizationOut | null): Promise<number | null> {
  const tier = organization && (await tierNamed(desk, organization.tier))
  return tier && sharedHour(tier)
}

const limitWords = (limit: number | null): { text?: Text } =>
  limit === null ? {} : { text: say('usage.limit', { limit }) }

/** None where there is no choice. */
function filters(desk: Desk, pages: UsagePages, organization: OrganizationOut | null): Block[] {
  const path = pathOfUsage(pages)
  const own = pages.base === '/account' ? desk.belongings : []
  const options: { value: string; label: Text }[] = own.map(({ id, name, personal }) => ({
    value: id,
    label: personal ? say('organization.personal') : name,
  }))
  if (organization && !own.some(({ id }) => id === organization.id)) {
    options.push({ value: organization.id, label: organization.name })
  }
  if (options.length === 0 || (options.length === 1 && organization === null)) return []
  return [
    filter(
      path,
      [
        select('organization', {
          label: say('key.organization'),
          value: organization?.id ?? '',
          options: [{ value: '', label: say('usage.all') }, ...options],
        }),
      ],
      organization === null ? null : path,
    ),
  ]
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0)
const tones = { allowed: 'neutral', limited: 'caution', denied: 'danger' } as const

function statsOf(hours: UsageSums): Block {
  return stats(
    (['allowed', 'limited', 'denied'] as const).map((name) => {
      const count = sum(hours[name])
      const tone: Tone = count === 0 ? 'neutral' : tones[name]
      return { label: say(`usage.${name}`), value: number(count), note: say(`usage.${name}.note`), tone }
    }),
  )
}
