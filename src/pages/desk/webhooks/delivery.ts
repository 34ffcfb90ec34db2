/** One delivery: what was sent, what came of each attempt, and once more. */
import {
  badges,
  code,
  column,
  empty,
  facts,
  lines,
  moment,
  none,
  notice,
  postAction,
  relative,
  row,
  say,
  screen,
  section,
  snippet,
  soft,
  table,
  text,
  waiting,
} from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { Block, Fault, Value } from '../../../http/screen.ts'
import type { WebhookOut } from '../../../webhooks/api.ts'
import type { WholeDeliveryOut } from '../../../webhooks/deliveries/api.ts'
import type { Desk } from '../desk.ts'
import { at } from '../wire.ts'
import { nextOf } from './deliveries.ts'
import { crumbsTo, pathOfWebhook, readWebhook, type WebhookPages } from './parts.ts'
import { deliveryBadge, outcomeOf, typeWords } from './words.ts'

interface Found {
  webhook: WebhookOut
  delivery: WholeDeliveryOut
  path: string
}

/** @throws {Problem} `not_found`, also for what went to another webhook */
async function read(desk: Desk, pages: WebhookPages): Promise<Found> {
  const webhook = await readWebhook(desk)
  const delivery = await desk.api.get<WholeDeliveryOut>(`/v1/deliveries/${desk.params['delivery']}`)
  if (delivery.webhook_id !== webhook.id) throw new Problem('not_found')
  return { webhook, delivery, path: `${pathOfWebhook(pages, webhook.id)}/deliveries/${delivery.id}` }
}

export async function showDelivery(desk: Desk, pages: WebhookPages, faults: readonly Fault[] = []): Promise<void> {
  const found = await read(desk, pages)
  const { webhook, delivery, path } = found
  const list = `${pathOfWebhook(pages, webhook.id)}/deliveries`
  const again =
    delivery.status === 'pending' || webhook.disabled
      ? []
      : [postAction(say('delivery.replay'), `${path}/replay`, 'primary')]
  desk.screen(
    screen({
      title: delivery.type,
      lead: typeWords(delivery.type),
      crumbs: [...crumbsTo(pages, webhook), { text: say('webhook.view.deliveries'), href: list }],
      badges: [deliveryBadge(delivery)],
      actions: again,
      blocks: [
        ...faults.map(({ text: said }) => notice(said, 'danger')),
        ...waitingFor(desk, found),
        section('about', say('webhook.about'), [
          facts(
            [say('delivery.when'), moment(at(delivery.created_at))],
            [say('delivery.attempts'), text(String(delivery.attempts.length))],
            [say('delivery.next'), nextOf(desk, delivery)],
            [say('delivery.event-id'), code(delivery.event_id)],
          ),
        ]),
        section('attempts', say('delivery.attempts'), [attemptsOf(desk, pages, delivery)]),
        section('body', say('delivery.body'), [snippet(say('delivery.body.as-sent'), pretty(delivery.body))]),
      ],
    }),
    faults.length > 0 ? 409 : 200,
  )
}

/** Soon it is looked often whether something came of it. */
function waitingFor(desk: Desk, { delivery, path }: Found): Block[] {
  if (delivery.status !== 'pending') return []
  const next = at(delivery.next_attempt_at)
  const soon = next === null || next.getTime() - desk.now.getTime() < 60_000
  return [waiting(say('delivery.waiting'), `${path}/news?attempts=${delivery.attempts.length}`, soon ? 1 : 30)]
}

/** Whether something has come of it since so many attempts: for the page that waits. */
export async function tellNews(desk: Desk, pages: WebhookPages): Promise<void> {
  const { delivery } = await read(desk, pages)
  const come = delivery.status !== 'pending' || String(delivery.attempts.length) !== desk.query['attempts']
  desk.ctx.set('cache-control', 'no-store')
  desk.ctx.body = { come }
}

function attemptsOf(desk: Desk, { base }: WebhookPages, { attempts }: WholeDeliveryOut): Block {
  // What a receiver answers is shown to whoever runs the platform alone.
  const answers = base === '/admin'
  return table({
    caption: say('delivery.attempts'),
    columns: [
      column(say('delivery.attempt')),
      column(say('delivery.outcome')),
      column(say('delivery.when')),
      column(say('delivery.duration'), { end: true }),
      ...(answers ? [column(say('delivery.answer'), { aside: true })] : []),
    ],
    rows: attempts.toReversed().map((attempt, index) =>
      row([
        // Counted through: what is sent again begins anew at one.
        text(String(attempts.length - index)),
        badges([outcomeOf(attempt)]),
        relative(at(attempt.at), desk.now),
        text(say('delivery.milliseconds', { ms: attempt.duration_ms })),
        ...(answers ? [answerOf(attempt.answer)] : []),
      ]),
    ),
    empty: empty('clock', say('delivery.attempts.none'), say('delivery.attempts.none.text')),
  })
}

const longestShown = 200

function answerOf(answer: string | null): Value {
  if (answer === null || answer === '') return none
  if (answer.length <= longestShown) return code(answer)
  return lines(code(answer.slice(0, longestShown)), soft(say('delivery.answer.cut')))
}

function pretty(body: string): string {
  return JSON.stringify(JSON.parse(body), null, 2)
}

export async function replayDelivery(desk: Desk, pages: WebhookPages): Promise<void> {
  const { delivery, path } = await read(desk, pages)
  await desk.attempt(() => desk.api.call('POST', `/v1/deliveries/${delivery.id}/replay`), {
    done: () => desk.done(path, 'replayed'),
    again: (faults) => showDelivery(desk, pages, faults),
  })
}
