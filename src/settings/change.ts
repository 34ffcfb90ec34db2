/** Changes settings: for every node within a second, without a restart. */
import { record, type AuditContext } from '../audit/record.ts'
import { Problem } from '../http/problem.ts'
import { notify } from '../platform/changes.ts'
import type { Db, Tx } from '../platform/database.ts'
import {
  settingNames,
  variableOf,
  type GivenSettings,
  type SettingName,
  type SettingValues,
} from '../setting-values.ts'
import { notedValue, settingStates, type SettingStates } from './setting.ts'
import { deleteSetting, listStoredSettings, lockSettings, putSetting } from './store.ts'

/** Those that aren't named stay; null: the default again. */
export type WantedSettings = { readonly [Name in SettingName]?: SettingValues[Name] | null | undefined }

export async function readSettings(db: Db | Tx, given: GivenSettings): Promise<SettingStates> {
  return settingStates(await listStoredSettings(db), given)
}

/**
 * @returns what holds now, and the names of what was changed
 * @throws {Problem} `conflict` for what the environment fixes to something else
 */
export async function putSettings(
  tx: Tx,
  given: GivenSettings,
  wanted: WantedSettings,
  context: AuditContext,
): Promise<{ states: SettingStates; changed: SettingName[] }> {
  demandNotFixed(given, wanted)
  await lockSettings(tx)
  const before = await readSettings(tx, given)
  const changed = settingNames.filter((name) => isChanged(before[name], wanted[name]))
  if (changed.length === 0) return { states: before, changed }
  for (const name of changed) {
    const value = wanted[name] ?? null
    if (value === null) await deleteSetting(tx, name)
    else await putSetting(tx, name, value, context.clock.now())
  }
  const states = await readSettings(tx, given)
  const valuesIn = (all: SettingStates) =>
    Object.fromEntries(changed.map((name) => [name, notedValue(name, all[name].value)]))
  const data = { before: valuesIn(before), after: valuesIn(states) }
  await record(tx, { type: 'settings.changed', id: 'settings', data }, context)
  await notify(tx, ...changed.map((name) => ({ kind: 'setting', id: name }) as const))
  return { states, changed }
}

/** Whoever says what is so already changes nothing, whoever has said it before. */
function isChanged({ value, source }: SettingStates[SettingName], wanted: unknown): boolean {
  if (wanted === undefined || source === 'environment') return false
  return wanted === null ? source === 'stored' : source !== 'stored' || value !== wanted
}

function demandNotFixed({ fixed }: GivenSettings, wanted: WantedSettings): void {
  const names = settingNames.filter(
    (name) => fixed[name] !== undefined && wanted[name] !== undefined && wanted[name] !== fixed[name],
  )
  if (names.length === 0) return
  throw new Problem('conflict', {
    detail: `Fixed by the environment: ${names.map(variableOf).join(', ')}. Change it there, or take it out, and start the server anew.`,
  })
}
