/** From what an act of a person on themselves refuses to what a form says: these go by no API, and have words of their own. */
import type { FormError } from '../../http/page-models.ts'
import { say } from '../../http/screen-parts.ts'
import type { Fault } from '../../http/screen.ts'

/** @param names of fields that this form calls otherwise */
export function formFaults(errors: readonly FormError[], names: Readonly<Record<string, string>> = {}): Fault[] {
  return errors.map(({ field, code, ...values }) => ({
    field: field === null ? null : (names[field] ?? field),
    text: say(`form-error.${code}`, values),
  }))
}
