/** Every setting in the group in which people look for it: how it is told, and how it is typed. */
import { code, file, image, input, none, number, say, select, text } from '../../../http/screen-parts.ts'
import type { Field, Text, Value } from '../../../http/screen.ts'
import { settingNames, type SettingName, type SettingValues } from '../../../setting-values.ts'

export const settingGroups = ['platform', 'look', 'access', 'keys'] as const
export type SettingGroup = (typeof settingGroups)[number]

type Written = string | number | null

interface Row<Name extends SettingName> {
  group: SettingGroup
  told(value: SettingValues[Name]): Value
  /** What its field holds when the form is opened. */
  typed(value: SettingValues[Name]): string
  field(given: { label: Text; hint: Text; value: string; required: false }): Field
  /** From what was typed. What can't be read goes on as it is: the API says what it must be. */
  written(typed: string): Exclude<Written, null>
}

const secondsOfDay = 86_400

const plainText = <Name extends SettingName>(name: Name, type: 'text' | 'email' | 'url') => ({
  told: (value: string | null): Value => (value === null ? none : text(value)),
  typed: (value: string | null) => value ?? '',
  field: (given: Parameters<Row<Name>['field']>[0]) => input(name, { ...given, type }),
  written: (typed: string) => typed,
})

const colour = <Name extends SettingName>(name: Name) => ({
  ...plainText(name, 'text'),
  told: (value: string | null): Value => (value === null ? none : code(value)),
})

const wholeNumber = <Name extends SettingName>(name: Name) => ({
  told: (value: number): Value => number(value),
  typed: String,
  field: (given: Parameters<Row<Name>['field']>[0]) => input(name, { ...given, type: 'number' }),
  written: numberOf,
})

const settingTable: { readonly [Name in SettingName]: Row<Name> } = {
  platform_name: { group: 'platform', ...plainText('platform_name', 'text') },
  support_email: { group: 'platform', ...plainText('support_email', 'email') },
  logo: {
    group: 'look',
    told: (value) => (value === null ? none : image(value, say('settings.name.logo'))),
    // What is there stays unless another one is chosen, or it is taken away.
    typed: () => '',
    field: (given) => file('logo', { ...given, accept: 'image/png,image/jpeg,image/webp,image/gif' }),
    written: (typed) => typed,
  },
  accent_color: { group: 'look', ...colour('accent_color') },
  accent_color_dark: { group: 'look', ...colour('accent_color_dark') },
  upgrade_url: {
    group: 'platform',
    ...plainText('upgrade_url', 'url'),
    told: (value) => (value === null ? none : code(value)),
  },
  sign_up: {
    group: 'access',
    told: (value) => text(say(`settings.sign_up.${value}`)),
    typed: (value) => value,
    field: (given) =>
      select('sign_up', {
        ...given,
        options: [
          { value: '', label: say('settings.default') },
          ...(['open', 'invitation', 'closed'] as const).map((value) => ({
            value,
            label: say(`settings.sign_up.${value}`),
          })),
        ],
      }),
    written: (typed) => typed,
  },
  key_lifetime_max: {
    group: 'keys',
    told: (value) => text(say('settings.days', { count: value / secondsOfDay })),
    typed: (value) => String(value / secondsOfDay),
    field: (given) => input('key_lifetime_max', { ...given, type: 'number', suffix: say('settings.days.unit') }),
    written(typed) {
      const days = numberOf(typed)
      return typeof days === 'number' ? Math.round(days * secondsOfDay) : days
    },
  },
  keys_per_organization: { group: 'keys', ...wholeNumber('keys_per_organization') },
  key_creations_per_hour: { group: 'keys', ...wholeNumber('key_creations_per_hour') },
}

export const namesIn = (group: SettingGroup): SettingName[] =>
  settingNames.filter((name) => settingTable[name].group === group)

function numberOf(typed: string): number | string {
  const count = Number(typed)
  return Number.isNaN(count) ? typed : count
}

/** A row of the table, for a name that isn't known before: what holds for one holds for it. */
export function rowOf(name: SettingName) {
  return settingTable[name] as unknown as {
    told(value: unknown): Value
    typed(value: unknown): string
    field(given: { label: Text; hint: Text; value: string; required: false }): Field
    written(typed: string): string | number
  }
}
