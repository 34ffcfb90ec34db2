/** `settings`: what is set while the server runs. What the environment fixes, no file changes. */
import { settingsIn } from '../settings/api.ts'
import { putSettings, readSettings, type WantedSettings } from '../settings/change.ts'
import { notedValue } from '../settings/setting.ts'
import { settingNames, variableOf, type SettingName } from '../setting-values.ts'
import { section } from './section.ts'

export const settings = section<WantedSettings>({
  name: 'settings',
  collections: ['settings'],
  hostOnly: true,
  schema: settingsIn,

  async make({ tx, services, prune, report, context }, entries) {
    const { given } = services
    const before = await readSettings(tx, given)
    const unnamed = settingNames.filter((name) => entries[name] === undefined && before[name].source === 'stored')
    if (!prune) for (const name of unnamed) report.keep('setting', name)
    const fixed = settingNames.filter((name) => isFixed(entries[name], given.fixed[name]))
    for (const name of fixed) {
      const message = `is fixed by the environment: change ${variableOf(name)} there, or take it out`
      report.fault('conflict', ['settings', name], message)
    }
    if (fixed.length > 0) return
    const wanted = { ...entries, ...(prune && Object.fromEntries(unnamed.map((name) => [name, null]))) }
    const { states, changed } = await putSettings(tx, given, wanted, context)
    for (const name of changed) {
      const [from, to] = [before, states].map((all) => notedValue(name, all[name].value))
      const notes = states[name].source === 'default' ? ['as it is unless it is set'] : []
      report.change({ action: 'update', kind: 'setting', name, fields: [{ field: 'value', from, to }], notes })
    }
  },

  async read({ tx, services }) {
    const states = Object.entries(await readSettings(tx, services.given))
    const stored = states.filter(([, { source }]) => source === 'stored').map(([name, { value }]) => [name, value])
    return Object.fromEntries(stored) as Partial<Record<SettingName, never>>
  },
})

const isFixed = (wanted: unknown, fixed: unknown): boolean =>
  wanted !== undefined && fixed !== undefined && wanted !== fixed
