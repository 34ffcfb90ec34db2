/** What mails that go alone are about, as it waits for them: the model of each, with its times as text. */
import type { MailModels } from '../../http/page-models.ts'
import type { AloneKind } from './kinds.ts'

export type MailData = Pick<MailModels, AloneKind>

/** Which of it are times. */
const times: { readonly [K in AloneKind]: readonly (keyof MailData[K])[] } = {
  'password-changed': ['at'],
  'address-changed': ['at'],
  'new-device': ['at'],
  'key-rotated': ['at', 'oldSecretEndsAt'],
  'key-leaked': ['at'],
}

export function modelOf<K extends AloneKind>(kind: K, data: Record<string, unknown>): MailModels[K] {
  const model = { ...data }
  for (const name of times[kind] as readonly string[]) {
    const value = model[name]
    model[name] = typeof value === 'string' ? new Date(value) : null
  }
  return model as unknown as MailModels[K]
}
