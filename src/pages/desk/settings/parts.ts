/** What the console's pages of settings share. */
import { say } from '../../../http/screen-parts.ts'
import { Problem } from '../../../http/problem.ts'
import type { SettingName } from '../../../setting-values.ts'
import type { Desk } from '../desk.ts'
import { settingGroups, type SettingGroup } from './table.ts'

export const listPath = '/admin/settings'

export type SettingsOut = Record<SettingName, { value: unknown; source: 'environment' | 'stored' | 'default' }>

export const readSettings = (desk: Desk): Promise<SettingsOut> => desk.api.get<SettingsOut>('/v1/settings')

/** @throws {Problem} `not_found` */
export function groupOf(desk: Desk): SettingGroup {
  const group = settingGroups.find((one) => one === desk.params['group'])
  if (!group) throw new Problem('not_found')
  return group
}

export const nameWords = (name: SettingName) => say(`settings.name.${name}`)
