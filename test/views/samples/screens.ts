/** A screen with every kind of block, value and field: what the account and the console are made of. */
import { frameOf } from '../../../src/pages/desk/navigation.ts'
import * as part from '../../../src/http/screen-parts.ts'
import type { Screen } from '../../../src/http/screen.ts'

const { say } = part
const now = new Date('2026-11-24T12:00:00Z')
const hours = (count: number) => new Date(now.getTime() + count * 3_600_000)
const longName = 'Nightly export of every invoice <b>and</b> receipt of NavyandSonsInternationalHoldings'
const revoke = part.action(say('key.revoke'), '/account/keys/key_1/revoke', 'danger')
const issue = part.action(say('key.issue'), '/account/keys/new', 'primary', 'plus')

const table = part.table({
  caption: say('keys.title'),
  columns: [
    part.column(say('key.name')),
    part.column(say('key.status')),
    part.column(say('key.ends'), { aside: true }),
    part.column(say('usage.allowed'), { end: true }),
  ],
  rows: [
    part.row(
      [
        part.lines(part.text(longName), part.soft('…a1B2')),
        part.badge(say('key.status.active'), 'good'),
        part.relative(hours(30), now, { ticking: true }),
        part.number(12_345),
      ],
      '/account/keys/key_1',
      [revoke],
    ),
    part.row([part.text('CI'), part.badges([]), part.day(null), part.number(0)]),
  ],
  empty: part.empty('key', say('keys.empty'), say('keys.empty.text'), issue),
  more: '/account/keys?cursor=x',
})

const everything: Screen = part.screen({
  title: longName,
  lead: say('keys.lead'),
  crumbs: [{ text: say('keys.title'), href: '/account/keys' }],
  badges: [{ text: say('key.status.expiring'), tone: 'caution' }],
  actions: [issue, revoke],
  tabs: [
    { text: say('desk.keys'), href: '/account/keys', current: true },
    { text: say('desk.usage'), href: '/account/usage', current: false },
  ],
  blocks: [
    ...(['neutral', 'good', 'caution', 'danger'] as const).map((tone) =>
      part.notice(say('key.revoke.text'), tone, tone === 'danger' ? { title: longName, action: revoke } : {}),
    ),
    part.paragraph(say('key.exposed.leaked.text')),
    part.stats([
      {
        label: say('usage.allowed'),
        value: part.number(21_921),
        note: say('usage.thirty-days'),
        href: '/account/usage',
      },
      { label: say('usage.limited'), value: part.number(240), tone: 'caution' },
      { label: say('usage.denied'), value: part.number(19), tone: 'danger' },
    ]),
    part.meters([
      {
        label: say('spending.hour'),
        href: '/account/keys/key_1',
        used: 412,
        limit: 1_000,
        text: say('spending.used', { used: 412, limit: 1_000 }),
        note: say('spending.left.minutes', { remaining: 588, minutes: 30 }),
      },
      {
        label: longName,
        href: null,
        used: 90,
        limit: 100,
        text: say('spending.used', { used: 90, limit: 100 }),
        note: say('spending.left.seconds', { remaining: 10, seconds: 4 }),
      },
      {
        label: say('spending.burst'),
        href: null,
        used: 0,
        limit: null,
        text: say('organization.hour.unlimited'),
        note: null,
      },
    ]),
    part.section('about', say('key.about'), [
      part.facts(
        [say('key.organization'), part.link(longName, '/account/organizations/org_1')],
        [say('key.id'), part.code('key_01m87p9502fb2v2ypw0v0k885w')],
        [say('key.made'), part.moment(now)],
        [say('key.tier'), part.none],
        [say('key.last-used'), part.relative(hours(-3), now)],
      ),
    ]),
    part.section('keys', say('keys.title'), [table], { text: say('keys.lead'), actions: [issue] }),
    part.section('end', say('key.end'), [], { tone: 'danger', actions: [revoke] }),
    part.filter(
      '/account/keys',
      [part.input('q', { label: say('desk.search'), type: 'search', required: false })],
      '/account/keys',
    ),
    part.snippet(
      say('key.try'),
      `curl -H 'Authorization: Bearer kg_live_…' \\\n  https://api.example.com/v1/keys/self?${'x'.repeat(120)}`,
    ),
    part.chart({
      title: say('usage.thirty-days'),
      kind: 'bar',
      labels: [hours(-48), hours(-24), now],
      series: [{ label: say('usage.allowed'), tone: 'neutral', points: [1, 20, 300] }],
      limit: 250,
    }),
    part.steps([
      { title: say('key.issue'), text: say('keys.empty.text'), done: true },
      { title: say('key.rotate'), text: say('key.rotate.lead'), done: false, action: issue },
    ]),
    part.actions(issue, part.postAction(say('desk.save'), '/account/keys/key_1/save')),
  ],
})

const faulty: Screen = part.screen({
  title: say('key.issue'),
  narrow: true,
  blocks: [
    part.form({
      action: '/account/keys/new',
      submit: say('key.issue.submit'),
      cancelHref: '/account/keys',
      faults: [
        { field: 'name', text: 'Must not be empty' },
        { field: 'scopes', text: say('key.scopes.needed') },
        { field: null, text: say('key.revoke.text') },
      ],
      fields: [
        part.hidden('_once', 'x'),
        part.input('name', { label: say('key.name'), hint: say('key.name.hint'), value: longName }),
        part.input('expires_in', { label: say('key.last-day'), type: 'date', suffix: say('desk.optional') }),
        part.input('password', { label: say('security.password.current'), type: 'password' }),
        part.area('allowed_ips', { label: say('key.allowed-ips'), value: '203.0.113.0/24', mono: true }),
        part.select('owner', {
          label: say('key.owner'),
          value: 'b',
          options: [
            { value: 'a', label: longName },
            { value: 'b', label: 'CI' },
          ],
        }),
        part.choices('scopes', {
          label: say('key.scopes'),
          groups: [
            part.choiceGroup(
              [
                part.choice('a', longName, {
                  hint: 'reports:read',
                  checked: true,
                  badges: [{ text: say('scope.writes'), tone: 'caution' }],
                }),
                part.choice('b', 'B', { disabled: true }),
              ],
              longName,
            ),
            part.choiceGroup([part.choice('c', 'C')], 'Keygrant API', true),
          ],
        }),
        part.choices('environment', {
          label: say('key.environment'),
          many: false,
          groups: [part.choiceGroup([part.choice('live', say('key.environment.live'))])],
        }),
        part.tick('disabled', { label: say('key.disabled'), hint: say('key.disabled.hint') }),
      ],
    }),
  ],
})

const secret: Screen = part.screen({
  title: say('key.issued', { name: longName }),
  narrow: true,
  blocks: [
    part.secret(say('key.secret'), 'kg_live_gmZG5NtsMbmxUzcr8wmKceeENkyWvf42G5MN', say('key.secret.once'), [
      { label: say('key.try'), code: 'curl https://api.example.com' },
    ]),
  ],
})

const nothing: Screen = part.screen({
  title: say('keys.title'),
  blocks: [
    part.table({
      caption: say('keys.title'),
      columns: [],
      rows: [],
      empty: part.empty('key', say('keys.empty'), say('keys.empty.text'), issue),
    }),
  ],
})

const account = frameOf('/account/keys', { administrator: false, query: '' })
const console = frameOf('/admin/keys', { administrator: true, query: longName })

export const screens = {
  screen: {
    everything: { frame: console, screen: everything },
    faulty: { frame: account, screen: faulty },
    secret: { frame: account, screen: secret },
    nothing: { frame: account, screen: nothing },
  },
}
