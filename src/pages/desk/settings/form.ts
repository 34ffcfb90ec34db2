/** One group of settings is changed, for every node at once; what the environment fixes is shown, and stays. */
import { code, facts, form, lines, notice, say, screen, tick } from '../../../http/screen-parts.ts'
import { dataUriOf } from '../../../brand/logo.ts'
import { uploadedFile } from '../../../http/forms.ts'
import type { Block, Fault } from '../../../http/screen.ts'
import { variableOf, type SettingName } from '../../../setting-values.ts'
import type { Desk } from '../desk.ts'
import { demandFresh } from '../fresh-sign-in.ts'
import { groupOf, listPath, nameWords, readSettings, type SettingsOut } from './parts.ts'
import { namesIn, rowOf } from './table.ts'

const withoutLogo = 'without_logo'

export async function showChange(desk: Desk): Promise<void> {
  demandFresh(desk)
  showForm(desk, await readSettings(desk), [])
}

export async function changeSettings(desk: Desk): Promise<void> {
  const settings = await readSettings(desk)
  const names = namesIn(groupOf(desk)).filter((name) => settings[name].source !== 'environment')
  const wanted = names.map((name) => [name, wantedOf(desk, name)] as const)
  const body = Object.fromEntries(wanted.filter(([, value]) => value !== undefined))
  await desk.attempt(() => desk.api.call('PATCH', '/v1/settings', { body }), {
    done: () => desk.done(listPath, 'settings-saved'),
    again: (faults) => showForm(desk, settings, faults),
  })
}

/** An empty field is the default again; undefined: it stays what it is. */
function wantedOf(desk: Desk, name: SettingName): string | number | null | undefined {
  if (name === 'logo') {
    const chosen = uploadedFile(desk.ctx, name)
    if (chosen) return dataUriOf(chosen)
    return desk.typed(withoutLogo) === 'on' ? null : undefined
  }
  const typed = desk.typed(name)
  return typed === '' ? null : rowOf(name).written(typed)
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
          fields: free.flatMap((name) => {
            const { value, source } = settings[name]
            const kept = source === 'stored' ? rowOf(name).typed(value) : ''
            const field = rowOf(name).field({
              label: nameWords(name),
              hint: say(`settings.hint.${name}`),
              value: again ? desk.typed(name) : kept,
              required: false,
            })
            const has = name === 'logo' && source === 'stored'
            return has ? [field, tick(withoutLogo, { label: say('settings.logo.remove') })] : [field]
          }),
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
