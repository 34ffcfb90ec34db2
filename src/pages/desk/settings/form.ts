/** One group of settings is changed, for every node at once; what the environment fixes is shown, and stays. */
import { code, facts, form, lines, notice, say, screen, tick } from '../../../http/screen-parts.ts'
import { dataUriOf } from '../../../brand/logo.ts'
import { uploadedFile } from '../../../http/forms.ts'
import type { Block, Fault } from '../../../http/screen.ts'
import { variableOf, type SettingName } from '../../../setting-values.ts'
import type { Desk } from '../desk.ts'
import { demandFresh } from '../fresh-sign-in.ts'
import { patch, shownFields, wantedOf } from '../shown.ts'
import { groupOf, listPath, nameWords, readSettings, type SettingsOut } from './parts.ts'
import { namesIn, rowOf, type SettingGroup } from './table.ts'

const withoutLogo = 'without_logo'

export async function showChange(desk: Desk): Promise<void> {
  demandFresh(desk)
  showForm(desk, await readSettings(desk), [])
}

export async function changeSettings(desk: Desk): Promise<void> {
  const settings = await readSettings(desk)
  const kept = keptOf(settings, groupOf(desk))
  const typed = Object.fromEntries(Object.keys(kept).map((name) => [name, desk.typed(name)]))
  const wanted = Object.entries(wantedOf(desk, kept, typed)).map(
    ([name, value = '']): [string, string | number | null] => [
      name,
      value === '' ? null : rowOf(name as SettingName).written(value),
    ],
  )
  const body = { ...Object.fromEntries(wanted), ...logoOf(desk) }
  await desk.attempt(() => patch(desk, '/v1/settings', body), {
    done: () => desk.done(listPath, 'settings-saved'),
    again: (faults) => showForm(desk, settings, faults),
  })
}

/** As it is typed, but for the logo; an empty field is the default. */
function keptOf(settings: SettingsOut, group: SettingGroup): Record<string, string> {
  const free = namesIn(group).filter((name) => name !== 'logo' && settings[name].source !== 'environment')
  return Object.fromEntries(free.map((name) => [name, typedOf(settings, name)]))
}

function typedOf(settings: SettingsOut, name: SettingName): string {
  const { value, source } = settings[name]
  return source === 'stored' ? rowOf(name).typed(value) : ''
}

/** Another one, none, or nothing: it stays what it is. */
function logoOf(desk: Desk): { logo?: string | null } {
  const chosen = uploadedFile(desk.ctx, 'logo')
  if (chosen) return { logo: dataUriOf(chosen) }
  return desk.typed(withoutLogo) === 'on' ? { logo: null } : {}
}

function showForm(desk: Desk, settings: SettingsOut, faults: Fault[]): void {
  const group = groupOf(desk)
  const names = namesIn(group)
  const again = desk.ctx.method === 'POST'
  const free = names.filter((name) => settings[name].source !== 'environment')
  const fixed = names.filter((name) => settings[name].source === 'environment')
  desk.screen(
    screen({
      title: say(`settings.group.${group}`),
      lead: say(`settings.group.${group}.text`),
      crumbs: [{ text: say('settings.title'), href: listPath }],
      narrow: true,
      blocks: [
        ...(fixed.length > 0 ? fixedOnes(fixed, settings) : []),
        form({
          action: `${listPath}/${group}`,
          submit: say('desk.save'),
          cancelHref: listPath,
          faults,
          fields: [
            ...shownFields(desk, keptOf(settings, group)),
            ...free.flatMap((name) => {
              const field = rowOf(name).field({
                label: nameWords(name),
                hint: say(`settings.hint.${name}`),
                value: again ? desk.typed(name) : typedOf(settings, name),
                required: false,
              })
              const has = name === 'logo' && settings[name].source === 'stored'
              return has ? [field, tick(withoutLogo, { label: say('settings.logo.remove') })] : [field]
            }),
          ],
        }),
      ],
    }),
    faults.length > 0 ? 422 : 200,
  )
}

function fixedOnes(names: readonly SettingName[], settings: SettingsOut): Block[] {
  return [
    notice(say('settings.fixed')),
    facts(
      ...names.map((name): [ReturnType<typeof say>, ReturnType<typeof lines>] => [
        nameWords(name),
        lines(rowOf(name).told(settings[name].value), code(variableOf(name))),
      ]),
    ),
  ]
}
