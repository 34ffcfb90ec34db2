/** `/admin/health`: what `keygrant doctor` and the metrics know, on one page, without addresses and secrets. */
import {
  action,
  badge,
  code,
  day,
  facts,
  lines,
  none,
  relative,
  say,
  screen,
  section,
  snippet,
  soft,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Value } from '../../../http/screen.ts'
import type { Desk, DeskRoute } from '../desk.ts'
import { signingState, type SigningState } from './signing-keys.ts'
import type { PlatformState, StateOf } from './state.ts'

export function healthRoutes(state: Pick<StateOf, 'platform'>): DeskRoute[] {
  return [{ method: 'GET', path: '/admin/health', handle: (desk) => showHealth(desk, state) }]
}

async function showHealth(desk: Desk, { platform }: Pick<StateOf, 'platform'>): Promise<void> {
  const [state, signing] = await Promise.all([platform(), signingState(desk)])
  desk.screen(
    screen({
      title: say('health.title'),
      lead: say('health.lead'),
      blocks: [
        section('stands-on', say('health.stands-on'), [standsOn(state)]),
        section('work', say('health.work'), [work(desk, state)]),
        section('signing', say('desk.signing-keys'), [signingFacts(desk, signing)], {
          actions: [action(say('health.signing.more'), '/admin/signing-keys')],
        }),
        section('program', say('health.program'), [program(desk, state)]),
        section('more', say('health.doctor'), [snippet(say('health.doctor.code'), 'keygrant doctor')], {
          text: say('health.doctor.text'),
        }),
      ],
    }),
  )
}

const well = (): Value => badge(say('health.well'), 'good')

function standsOn({ database, migrations, redis, listener }: PlatformState): Block {
  const milliseconds = Math.max(1, Math.round(database.milliseconds))
  return facts(
    [
      say('health.database'),
      lines(well(), soft(say('health.database.text', { version: database.version, milliseconds }))),
    ],
    [
      say('health.migrations'),
      lines(
        migrations.state === 'current' ? well() : badge(say(`health.migrations.${migrations.state}`), 'caution'),
        soft(say('health.migrations.text', { count: migrations.applied })),
        code(migrations.newest),
      ),
    ],
    [say('health.redis'), redisState(redis)],
    [
      say('health.listener'),
      lines(
        listener.state === 'live' ? well() : badge(say('health.listener.blind'), 'danger'),
        soft(say(listener.state === 'live' ? 'health.listener.text' : 'health.listener.blind.text')),
      ),
    ],
  )
}

function redisState({ state, version }: PlatformState['redis']): Value {
  if (state === 'none') return lines(badge(say('health.redis.none')), soft(say('health.redis.none.text')))
  if (state === 'local') return lines(badge(say('health.redis.local'), 'danger'), soft(say('health.redis.local.text')))
  return lines(well(), soft(version === null ? say('health.redis.there') : `Redis ${version}`))
}

function work({ now }: Desk, { mail, webhooks, audit }: PlatformState): Block {
  return facts(
    [say('health.mail'), waits(now, mail, 'health.mail.late')],
    [say('health.webhooks'), waits(now, webhooks, 'health.webhooks.late')],
    [
      say('health.audit'),
      audit.seq === null
        ? none
        : lines(
            text(say('health.audit.events', { count: Number(audit.seq) })),
            relative(audit.at, now),
            ...(audit.waiting === 0 ? [] : [soft(say('health.audit.waiting', { count: audit.waiting }))]),
          ),
    ],
  )
}

function waits(
  now: Date,
  { waiting, oldest, late }: PlatformState['mail'],
  lateWords: 'health.mail.late' | 'health.webhooks.late',
): Value {
  if (waiting === 0) return text(say('health.nothing-waits'))
  const count = text(say('health.waiting', { count: waiting }))
  if (oldest === null) return count
  const state = late ? badge(say(lateWords), 'caution') : badge(say('health.webhooks.under-way'), 'good')
  return lines(state, count, relative(oldest, now))
}

function signingFacts({ now }: Desk, { used, next }: SigningState): Block {
  return facts(
    ...used.map(({ kid, algorithm, since }): [string, Value] => [algorithm, lines(code(kid), relative(since, now))]),
    [say('health.signing.next'), next === null ? text(say('health.signing.by-hand')) : relative(next, now)],
  )
}

function program({ now }: Desk, { version, node, startedAt }: PlatformState): Block {
  return facts(
    [say('health.version'), text(`Keygrant ${version}`)],
    [say('health.node'), text(`Node ${node}`)],
    [say('health.started'), lines(relative(startedAt, now), day(startedAt))],
  )
}
