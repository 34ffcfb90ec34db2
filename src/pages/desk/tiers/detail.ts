/** One tier: its limits in words, and who has it. */
import {
  action,
  column,
  day,
  empty,
  facts,
  none,
  paragraph,
  row,
  say,
  screen,
  section,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Fault } from '../../../http/screen.ts'
import type { OrganizationOut } from '../../../organizations/api.ts'
import { confirmation } from '../confirm.ts'
import type { Desk } from '../desk.ts'
import { at, type KeyOut, type Listed } from '../wire.ts'
import { crumbsTo, listPath, pathOfTier, readTier, routeOfTier, type TierOut } from './parts.ts'
import { limitsWords } from './words.ts'

/** As many organizations as are named; the list has them all. */
const named = '10'
/** As many as the API lists at once: beyond that it is "more than". */
const counted = '200'

/** Organizations begin with it, and it is what an unknown name counts as. */
const kept = 'free'

export async function showTier(desk: Desk): Promise<void> {
  const tier = await readTier(desk)
  const path = pathOfTier(tier)
  desk.screen(
    screen({
      title: tier.name,
      crumbs: crumbsTo(),
      actions: [action(say('tier.edit'), `${path}/edit`, 'primary')],
      blocks: [
        section('about', say('tier.about'), [about(tier)]),
        section('users', say('tier.users'), await users(desk, tier), { text: say('tier.users.text') }),
        ...(tier.name === kept
          ? []
          : [
              section('end', say('tier.end'), [], {
                text: say('tier.end.text'),
                tone: 'danger',
                actions: [action(say('tier.delete'), `${path}/delete`, 'danger')],
              }),
            ]),
      ],
    }),
  )
}

function about(tier: TierOut): Block {
  return facts(
    [say('tier.limits'), limitsWords(tier)],
    [say('tier.limit-per'), text(say(`tier.limit-per.${tier.limit_per}`))],
    [say('tier.ceiling'), limitsWords(tier.organization_limits)],
    [say('tier.made'), day(at(tier.created_at))],
    [say('tier.changed'), day(at(tier.updated_at))],
  )
}

async function users(desk: Desk, { name }: TierOut): Promise<Block[]> {
  const [organizations, keys] = await Promise.all([
    desk.api.get<Listed<OrganizationOut>>('/v1/organizations', { tier: name, limit: named }),
    desk.api.get<Listed<KeyOut>>('/v1/keys', { tier: name, limit: counted }),
  ])
  const more = `/admin/organizations?${new URLSearchParams({ tier: name }).toString()}`
  return [
    table({
      caption: say('tier.users'),
      columns: [column(say('organization.name')), column(say('organization.external-id'))],
      rows: organizations.data.map((one) =>
        row(
          [text(one.name), one.external_id === null ? none : soft(one.external_id)],
          `/admin/organizations/${one.id}`,
        ),
      ),
      empty: empty('building', say('tier.users.none'), say('tier.users.none.text')),
      more: organizations.next_cursor === null ? null : more,
    }),
    paragraph(say('tier.users.keys', { count: keys.data.length, more: keys.next_cursor === null ? 'no' : 'yes' })),
  ]
}

export async function askDeleteTier(desk: Desk, faults: Fault[] = []): Promise<void> {
  const tier = await readTier(desk)
  const { name } = tier
  const path = pathOfTier(tier)
  confirmation(desk, {
    title: say('tier.delete.title', { name }),
    text: say('tier.delete.text'),
    crumbs: crumbsTo(tier),
    action: `${path}/delete`,
    submit: say('tier.delete.submit', { name }),
    cancelHref: path,
    faults,
  })
}

export async function deleteTier(desk: Desk): Promise<void> {
  const { name } = await readTier(desk)
  await desk.attempt(() => desk.api.call('DELETE', routeOfTier(name)), {
    done: () => desk.done(listPath, 'tier-deleted'),
    again: (faults) => askDeleteTier(desk, faults),
  })
}
