/** `keygrant settings …`: what holds for the whole installation and may be changed while it runs. */
import type { Noun, Row } from './noun.ts'

const rows = (states: Row): readonly Row[] =>
  Object.entries(states).map(([name, state]) => ({ name: name.replaceAll('_', '-'), ...(state as Row) }))

export const settings: Noun = {
  name: 'settings',
  one: 'setting',
  does: 'what holds for the whole installation, and may be changed while it runs',
  none: 'There are no settings.',
  columns: [
    ['SETTING', 'name'],
    ['VALUE', 'value'],
    ['FROM', 'source'],
  ],
  hostOnly: 'Settings are the business of the host: no API key may change them.',
  verbs: {
    show: { route: 'GET /v1/settings', does: 'show the settings, and where each comes from', rows },
    update: {
      route: 'PATCH /v1/settings',
      does: 'change settings, on every node within a second; --no-… is the default again',
      rows,
    },
  },
}
