/** What holds for the whole installation, in groups, each value with where it comes from. */
import {
  action,
  badge,
  column,
  empty,
  lines,
  row,
  say,
  screen,
  section,
  soft,
  table,
  text,
} from '../../../http/screen-parts.ts'
import type { Block, Row, Value } from '../../../http/screen.ts'
import { variableOf, type SettingName } from '../../../setting-values.ts'
import type { Desk } from '../desk.ts'
import { listPath, nameWords, readSettings, type SettingsOut } from './parts.ts'
import { namesIn, rowOf, settingGroups, type SettingGroup } from './table.ts'

export async function showSettings(desk: Desk): Promise<void> {
  const settings = await readSettings(desk)
  desk.screen(
    screen({
      title: say('settings.title'),
      lead: say('settings.lead'),
      blocks: settingGroups.map((group) => groupSection(group, settings)),
    }),
  )
}

function groupSection(group: SettingGroup, settings: SettingsOut): Block {
  const names = namesIn(group)
  const free = names.some((name) => settings[name].source !== 'environment')
  return section(
    group,
    say(`settings.group.${group}`),
    [
      table({
        caption: say(`settings.group.${group}`),
        columns: [column(say('settings.setting')), column(say('settings.value')), column(say('settings.source'))],
        rows: names.map((name) => settingRow(name, settings[name])),
        empty: empty('gear', say('settings.title'), say('settings.lead')),
      }),
    ],
    {
      text: say(`settings.group.${group}.text`),
      actions: free ? [action(say('settings.change'), `${listPath}/${group}`)] : [],
    },
  )
}

function settingRow(name: SettingName, { value, source }: SettingsOut[SettingName]): Row {
  return row([
    lines(text(nameWords(name)), soft(say(`settings.hint.${name}`))),
    rowOf(name).told(value),
    sourceWords(name, source),
  ])
}

function sourceWords(name: SettingName, source: SettingsOut[SettingName]['source']): Value {
  if (source === 'default') return badge(say('settings.source.default'))
  if (source === 'stored') return badge(say('settings.source.stored'), 'good')
  return lines(badge(say('settings.source.environment'), 'caution'), { kind: 'code', text: variableOf(name) })
}
