/** `/admin`: the first steps of a new platform, then how it is at a glance. Few statements, and all of them bounded. */
import { action, badge, postAction, say, screen, section, stats } from '../../../http/screen-parts.ts'
import type { Block } from '../../../http/screen.ts'
import type { Desk, DeskRoute } from '../desk.ts'
import { firstStepBlocks, firstStepsPath } from '../first-steps/blocks.ts'
import type { FirstStepPages } from '../first-steps/routes.ts'
import { openFirstSteps } from '../first-steps/steps.ts'
import { signingState, type SigningState } from '../health/signing-keys.ts'
import type { StateOf } from '../health/state.ts'
import { refusalBlocks, trafficBlocks } from './traffic.ts'
import { endingBlock, exposedBlocks, readWatched, webhookBlocks } from './watch.ts'

export type ConsolePages = FirstStepPages & { state: Pick<StateOf, 'quick' | 'figures'> }

export function overviewRoutes(pages: ConsolePages): DeskRoute[] {
  return [{ method: 'GET', path: '/admin', handle: (desk) => showOverview(desk, pages) }]
}

async function showOverview(desk: Desk, pages: ConsolePages): Promise<void> {
  const [steps, traffic, watched, quick, signing] = await Promise.all([
    openFirstSteps(pages),
    trafficBlocks(desk),
    readWatched(desk),
    pages.state.quick(),
    signingState(desk),
  ])
  const first: Block[] =
    steps === null
      ? []
      : [
          section('first-steps', say('first-steps.title'), [firstStepBlocks(steps, pages.checkUrl)], {
            text: say('first-steps.lead'),
            actions: [postAction(say('first-steps.end'), `${firstStepsPath}/end`, 'quiet')],
          }),
        ]
  desk.screen(
    screen({
      title: say('console.title'),
      // Put away, they have a page of their own.
      actions: steps === null ? [action(say('first-steps.title'), firstStepsPath, 'quiet')] : [],
      blocks: [
        ...first,
        ...exposedBlocks(desk, watched),
        ...webhookBlocks(desk, watched),
        ...traffic,
        endingBlock(desk, watched),
        ...refusalBlocks(pages.state.figures()),
        section('state', say('console.state'), [stateStats(quick, signing)]),
      ],
    }),
  )
}

type Quick = Awaited<ReturnType<StateOf['quick']>>

function stateStats({ database, redis, listener }: Quick, { used, next }: SigningState): Block {
  const oldest = used.toSorted((a, b) => a.since.getTime() - b.since.getTime())[0]
  const redisWell = redis.state !== 'local'
  return stats([
    {
      label: say('health.database'),
      value: badge(say('health.well'), 'good'),
      note: say('console.milliseconds', { milliseconds: Math.max(1, Math.round(database.milliseconds)) }),
      href: '/admin/health',
    },
    {
      label: say('health.redis'),
      value: redis.state === 'none' ? badge(say('health.redis.none')) : stateBadge(redisWell, 'health.redis.local'),
      note: say(
        redis.state === 'none' ? 'console.redis.none' : redisWell ? 'health.redis.there' : 'health.redis.local.text',
      ),
      tone: redisWell ? 'neutral' : 'danger',
      href: '/admin/health',
    },
    {
      label: say('health.listener'),
      value: stateBadge(listener.state === 'live', 'health.listener.blind'),
      note: say('health.listener.text'),
      tone: listener.state === 'live' ? 'neutral' : 'danger',
      href: '/admin/health',
    },
    {
      label: say('desk.signing-keys'),
      value: oldest ? badge(say('health.well'), 'good') : badge(say('health.signing.none'), 'danger'),
      note: signingNote(oldest?.since ?? null, next),
      href: '/admin/signing-keys',
    },
  ])
}

function signingNote(since: Date | null, next: Date | null) {
  if (next !== null) return say('console.signing.next', { at: next })
  return since === null ? null : say('console.signing.since', { at: since })
}

function stateBadge(well: boolean, otherwise: 'health.redis.local' | 'health.listener.blind') {
  return well ? badge(say('health.well'), 'good') : badge(say(otherwise), 'danger')
}
