/** One webhook: where it leads, what it gets, whether that arrives. */
import {
  action,
  code,
  day,
  facts,
  lines,
  link,
  notice,
  postAction,
  relative,
  say,
  screen,
  section,
  soft,
  text,
} from '../../../http/screen-parts.ts'
import type { Action, Block, Fault, Text, Value } from '../../../http/screen.ts'
import type { WebhookOut } from '../../../webhooks/api.ts'
import type { Desk } from '../desk.ts'
import { organizationNames } from '../names.ts'
import { at } from '../wire.ts'
import { deliveriesTable } from './deliveries.ts'
import { crumbsTo, pathOfWebhook, readWebhook, tabsOf, type WebhookPages } from './parts.ts'
import { healthBadge, typeWords } from './words.ts'

export async function showWebhook(desk: Desk, pages: WebhookPages, faults: readonly Fault[] = []): Promise<void> {
  const webhook = await readWebhook(desk)
  const path = pathOfWebhook(pages, webhook.id)
  desk.screen(
    screen({
      title: webhook.name,
      crumbs: crumbsTo(pages),
      badges: [healthBadge(webhook)],
      actions: actionsOf(webhook, path),
      tabs: tabsOf(pages, webhook, 'overview'),
      blocks: [
        ...faults.map(({ text: said }) => notice(said, 'danger')),
        ...warnings(webhook, path),
        section('about', say('webhook.about'), [await about(desk, pages, webhook)]),
        section('deliveries', say('webhook.deliveries.latest'), [
          await deliveriesTable(desk, pages, webhook, { limit: '5' }),
        ]),
        ending(webhook, path),
      ],
    }),
    faults.length > 0 ? 409 : 200,
  )
}

function actionsOf({ disabled }: WebhookOut, path: string): Action[] {
  return [
    ...(disabled ? [] : [postAction(say('webhook.test'), `${path}/test`, 'primary')]),
    action(say('webhook.edit'), `${path}/edit`),
    action(say('webhook.rotate'), `${path}/rotate-secret`),
  ]
}

function warnings(webhook: WebhookOut, path: string): Block[] {
  const { disabled, disabled_reason: reason, failing_since } = webhook
  if (disabled) {
    return [
      notice(say(`webhook.disabled.${reason ?? 'by_hand'}.text`), reason === 'by_hand' ? 'neutral' : 'danger', {
        action: postAction(say('webhook.enable'), `${path}/enable`),
      }),
    ]
  }
  const since = at(failing_since)
  return since === null ? [] : [notice(say('webhook.failing.text', { since }), 'caution')]
}

async function about(desk: Desk, { base }: WebhookPages, webhook: WebhookOut): Promise<Block> {
  const { id, url, organization_id: organizationId, types, old_secret_expires_at, created_at } = webhook
  const names = await organizationNames(desk, [organizationId])
  const oldUntil = at(old_secret_expires_at)
  const personal = desk.belongings.some((one) => one.id === organizationId && one.personal)
  const whose: Value =
    organizationId === null
      ? text(say('webhook.everybody'))
      : link(
          personal && base === '/account'
            ? say('organization.personal')
            : (names.get(organizationId) ?? organizationId),
          `${base}/organizations/${organizationId}`,
        )
  const rows: [Text, Value][] = [
    [say('webhook.url'), code(url)],
    [say('webhook.whose'), whose],
    [say('webhook.types'), types.length === 0 ? text(say('webhook.types.all')) : lines(...types.map(typeValue))],
    ...(oldUntil !== null && oldUntil > desk.now
      ? [[say('webhook.old-secret'), relative(oldUntil, desk.now, { ticking: true })] as [Text, Value]]
      : []),
    [say('webhook.made'), day(at(created_at))],
    [say('webhook.id'), code(id)],
  ]
  return facts(...rows)
}

function typeValue(type: string): Value {
  return typeWords(type) === null ? soft(type) : code(type)
}

function ending({ disabled }: WebhookOut, path: string): Block {
  return section('end', say('webhook.end'), [], {
    text: say('webhook.end.text'),
    tone: 'danger',
    actions: [
      ...(disabled ? [] : [postAction(say('webhook.disable'), `${path}/disable`)]),
      action(say('webhook.delete'), `${path}/delete`, 'danger'),
    ],
  })
}
