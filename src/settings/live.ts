/** The settings as the parts of the server read them: objects whose members are as they are at the moment of reading. */
import type { KeySettings } from '../api-keys/services.ts'
import type { Config } from '../config.ts'
import type { BrandSettings } from '../http/brand.ts'
import type { ProblemLinks } from '../http/problem.ts'
import type { Sender } from '../platform/mail-message.ts'
import type { Settings } from './settings.ts'

type Current = Pick<Settings, 'current'>

export function livePlatform({ current }: Current): { readonly name: string; readonly supportEmail: string } {
  return {
    get name() {
      return current().platform_name
    },
    get supportEmail() {
      return current().support_email
    },
  }
}

export function liveBrand({ current }: Current): BrandSettings {
  return {
    get logo() {
      return current().logo
    },
    get accent() {
      return current().accent_color
    },
    get accentDark() {
      return current().accent_color_dark
    },
  }
}

/** Where the platform is, and who helps. */
export function liveAddresses<Fixed extends { publicUrl: string }>(
  { current }: Current,
  fixed: Fixed,
): Fixed & ProblemLinks {
  return Object.defineProperties(
    { ...fixed },
    {
      supportEmail: { enumerable: true, get: () => current().support_email },
      upgradeUrl: { enumerable: true, get: () => current().upgrade_url },
    },
  ) as Fixed & ProblemLinks
}

export function liveKeySettings({ current }: Current, { prefix }: Pick<KeySettings, 'prefix'>): KeySettings {
  return {
    prefix,
    get maxLifetimeSeconds() {
      return current().key_lifetime_max
    },
    get maxPerOrganization() {
      return current().keys_per_organization
    },
    get maxCreationsPerHour() {
      return current().key_creations_per_hour
    },
  }
}

/** Mails come from whom the configuration says, and else from the platform by its name. */
export function liveSmtp({ current }: Current, configured: Config['smtp']): { url: string; from: () => Sender } | null {
  if (configured === null) return null
  const { url, from } = configured
  return { url, from: () => from ?? { name: current().platform_name, address: current().support_email } }
}
