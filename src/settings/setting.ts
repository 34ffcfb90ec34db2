/** Where each setting's value comes from: the environment before what is stored, and the default last. */
import { createHash } from 'node:crypto'
import {
  settingNames,
  settingSchemas,
  type GivenSettings,
  type SettingName,
  type SettingValues,
} from '../setting-values.ts'
import type { StoredSetting } from './store.ts'

export const settingSources = ['environment', 'stored', 'default'] as const

export interface SettingState<Value> {
  value: Value
  source: (typeof settingSources)[number]
}

export type SettingStates = { readonly [Name in SettingName]: SettingState<SettingValues[Name]> }

/** What another version has stored, and this one doesn't take, is as if it weren't there. */
export function settingStates(stored: readonly StoredSetting[], { fixed, defaults }: GivenSettings): SettingStates {
  const values = new Map(stored.map(({ name, value }) => [name, value]))
  const stateOf = (name: SettingName): SettingState<unknown> => {
    if (fixed[name] !== undefined) return { value: fixed[name], source: 'environment' }
    const read = settingSchemas[name].safeParse(values.get(name))
    return read.success ? { value: read.data, source: 'stored' } : { value: defaults[name], source: 'default' }
  }
  return Object.fromEntries(settingNames.map((name) => [name, stateOf(name)])) as unknown as SettingStates
}

/** As trails and reports have it: of a logo only which one it is. */
export function notedValue(name: SettingName, value: unknown): unknown {
  if (name !== 'logo' || typeof value !== 'string') return value
  return `sha256:${createHash('sha256').update(value).digest('hex')}`
}

export function valuesOf(states: SettingStates): SettingValues {
  return Object.fromEntries(settingNames.map((name) => [name, states[name].value])) as unknown as SettingValues
}
