/** The places of the account and of the console, in their order; a place is current for every path below it. */
import { say } from '../../http/screen-parts.ts'
import type { Frame, NavigationGroup } from '../../http/screen.ts'
import type { MessageKey } from '../../http/messages.ts'

export type Area = Frame['area']

interface Place {
  text: MessageKey
  path: string
  symbol: string
}

const places: Record<Area, readonly { title: MessageKey | null; places: readonly Place[] }[]> = {
  account: [
    {
      title: null,
      places: [
        { text: 'desk.account.overview', path: '/account', symbol: 'home' },
        { text: 'desk.keys', path: '/account/keys', symbol: 'key' },
        { text: 'desk.usage', path: '/account/usage', symbol: 'chart' },
        { text: 'desk.webhooks', path: '/account/webhooks', symbol: 'send' },
        { text: 'desk.organizations', path: '/account/organizations', symbol: 'building' },
      ],
    },
    {
      title: 'desk.you',
      places: [
        { text: 'desk.profile', path: '/account/profile', symbol: 'person' },
        { text: 'desk.security', path: '/account/security', symbol: 'shield' },
        { text: 'desk.connected-apps', path: '/account/connected-apps', symbol: 'apps' },
        { text: 'desk.notifications', path: '/account/notifications', symbol: 'mail' },
      ],
    },
  ],
  console: [
    {
      title: null,
      places: [
        { text: 'desk.console.overview', path: '/admin', symbol: 'home' },
        { text: 'desk.usage', path: '/admin/traffic', symbol: 'chart' },
      ],
    },
    {
      title: 'desk.customers',
      places: [
        { text: 'desk.organizations', path: '/admin/organizations', symbol: 'building' },
        { text: 'desk.people', path: '/admin/people', symbol: 'person' },
        { text: 'desk.keys', path: '/admin/keys', symbol: 'key' },
        { text: 'desk.clients', path: '/admin/clients', symbol: 'apps' },
      ],
    },
    {
      title: 'desk.platform',
      places: [
        { text: 'desk.resources', path: '/admin/resources', symbol: 'box' },
        { text: 'desk.policies', path: '/admin/policies', symbol: 'route' },
        { text: 'desk.tiers', path: '/admin/tiers', symbol: 'layers' },
        { text: 'desk.webhooks', path: '/admin/webhooks', symbol: 'send' },
        { text: 'desk.audit', path: '/admin/audit', symbol: 'list' },
        { text: 'desk.signing-keys', path: '/admin/signing-keys', symbol: 'shield' },
        { text: 'desk.health', path: '/admin/health', symbol: 'pulse' },
        { text: 'desk.settings', path: '/admin/settings', symbol: 'gear' },
      ],
    },
  ],
}

const roots: Record<Area, string> = { account: '/account', console: '/admin' }

export function areaOf(path: string): Area {
  return within(path, roots.console) ? 'console' : 'account'
}

export function frameOf(path: string, { administrator, query }: { administrator: boolean; query: string }): Frame {
  const area = areaOf(path)
  return {
    area,
    navigation: places[area].map(({ title, places: group }): NavigationGroup => ({
      title: title && say(title),
      links: group.map((place) => ({
        text: say(place.text),
        href: place.path,
        symbol: place.symbol,
        // What lies below the root are places of their own.
        current: place.path === roots[area] ? path === place.path : within(path, place.path),
      })),
    })),
    areas: [
      { text: say('desk.area.account'), href: '/account', current: area === 'account' },
      ...(administrator ? [{ text: say('desk.area.console'), href: '/admin', current: area === 'console' }] : []),
      { text: say('desk.area.docs'), href: '/docs', current: false },
    ],
    search: area === 'console' ? { action: '/admin/search', value: query } : null,
  }
}

function within(path: string, place: string): boolean {
  return path === place || path.startsWith(`${place}/`)
}
