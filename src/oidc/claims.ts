/** People as OpenID Connect sees them (OIDC Core, 5.1 and 5.4). */
import type { Account } from 'oidc-provider'
import { seconds } from './adapter/model.ts'
import { accountOf, type Unit } from './unit/unit.ts'

export const oidcScopes = ['openid', 'profile', 'email', 'offline_access'] as const

export const claims = {
  openid: ['sub'],
  profile: ['name', 'locale', 'updated_at'],
  email: ['email', 'email_verified'],
}

/** Nobody, if the person is gone or disabled. */
export async function findAccount(unit: Unit, userId: string): Promise<Account | undefined> {
  const account = await accountOf(unit, userId)
  if (!account) return undefined
  return {
    accountId: account.id,
    claims: () => ({
      sub: account.id,
      email: account.email,
      email_verified: account.email_verified_at !== null,
      ...(account.name === null ? {} : { name: account.name }),
      ...(account.locale === null ? {} : { locale: account.locale }),
      updated_at: seconds(account.updated_at),
    }),
  }
}
