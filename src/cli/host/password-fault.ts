/** Why a password isn't taken, in the words that the pages use. */
import { catalogues, createTranslate } from '../../http/messages.ts'
import type { FormFault } from '../../http/page-models.ts'

const translate = createTranslate('en', catalogues.en, { constants: {}, escape: (text) => text })

export function passwordFaultText(fault: FormFault): string {
  const { code, ...values } = fault
  return String(translate(`form-error.${code}`, values))
}
