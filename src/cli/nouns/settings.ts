/** `keygrant settings …`: what holds for the whole installation and may be changed while it runs. */
import type { Noun, Row } from './noun.ts'

const longest = 100

const rows = (states: Row): readonly Row[] =>
  Object.entries(states).map(([name, state]) => ({ name: name.replaceAll('_', '-'), ...shortened(state as Row) }))

/** A logo is longer than any line. */
function shortened(state: Row): Row {
  const { value } = state
  return typeof value === 'string' && value.length > longest
    ? { ...state, value: `${value.slice(0, longest)}…` }
    : state
}

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
