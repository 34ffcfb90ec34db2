/** `/v1/settings`: what is set and where that comes from, and changes of it that need no restart. */
import { z } from 'zod'
import { freshSignInProblems } from '../http/api/fresh-sign-in.ts'
import { demandEverything } from '../http/api/principal.ts'
import { apiRoute, type ApiRoute } from '../http/api/route.ts'
import type { Db } from '../platform/database.ts'
import { settingSchemas } from '../setting-values.ts'
import { putSettings, readSettings } from './change.ts'
import { settingSources } from './setting.ts'
import type { Settings } from './settings.ts'

const source = z
  .enum(settingSources)
  .describe('Fixed by the environment; stored, for somebody has set it; or the default.')

const state = <Value extends z.ZodType>(value: Value) => z.strictObject({ value, source })

const settingsOut = z
  .strictObject({
    platform_name: state(settingSchemas.platform_name),
    // Its default, support@localhost, is none that anybody could set.
    support_email: state(z.string()),
    logo: state(z.string().nullable()),
    accent_color: state(z.string().nullable()),
    accent_color_dark: state(z.string().nullable()),
    upgrade_url: state(settingSchemas.upgrade_url.nullable()),
    sign_up: state(settingSchemas.sign_up),
    key_lifetime_max: state(settingSchemas.key_lifetime_max),
    keys_per_organization: state(settingSchemas.keys_per_organization),
    key_creations_per_hour: state(settingSchemas.key_creations_per_hour),
  })
  .meta({ id: 'Settings' })

/** What comes in, also by a file: those that aren't named stay, and null is the default again. */
export const settingsIn = z.strictObject({
  platform_name: settingSchemas.platform_name.nullable().optional(),
  support_email: settingSchemas.support_email.nullable().optional(),
  logo: settingSchemas.logo.nullable().optional(),
  accent_color: settingSchemas.accent_color.nullable().optional(),
  accent_color_dark: settingSchemas.accent_color_dark.nullable().optional(),
  upgrade_url: settingSchemas.upgrade_url.nullable().optional(),
  sign_up: settingSchemas.sign_up.nullable().optional(),
  key_lifetime_max: settingSchemas.key_lifetime_max.nullable().optional(),
  keys_per_organization: settingSchemas.keys_per_organization.nullable().optional(),
  key_creations_per_hour: settingSchemas.key_creations_per_hour.nullable().optional(),
})

export function settingRoutes({ db, settings }: { db: Db; settings: Pick<Settings, 'given' | 'refresh'> }): ApiRoute[] {
  return [
    apiRoute({
      method: 'GET',
      path: '/v1/settings',
      summary: 'Read the settings, and where each comes from',
      access: 'settings:read',
      answer: { status: 200, body: settingsOut },
      problems: ['forbidden'],
      async handle({ reach }) {
        demandEverything(reach, 'settings:read')
        return { status: 200, body: await readSettings(db, settings.given) }
      },
    }),

    apiRoute({
      method: 'PATCH',
      path: '/v1/settings',
      summary: 'Change settings, on every node within a second; null takes a change back',
      access: 'settings:write',
      needs: 'fresh-sign-in',
      body: settingsIn,
      longestBody: 128 * 1024,
      answer: { status: 200, body: settingsOut },
      problems: [...freshSignInProblems, 'conflict'],
      async handle({ body, context }) {
        const { states } = await db.$transaction((tx) => putSettings(tx, settings.given, body, context))
        await settings.refresh()
        return { status: 200, body: states }
      },
    }),
  ]
}
