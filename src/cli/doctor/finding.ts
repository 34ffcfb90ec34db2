/** What a check of `keygrant doctor` has found. */

export interface Finding {
  /** What was looked at, like `database: migrations`. */
  check: string
  status: 'ok' | 'warn' | 'fault'
  /** What was seen. */
  detail: string
  /** What to do; null where all is well. */
  remedy: string | null
}

export const ok = (check: string, detail: string): Finding => ({ check, status: 'ok', detail, remedy: null })

export const warn = (check: string, detail: string, remedy: string): Finding => ({
  check,
  status: 'warn',
  detail,
  remedy,
})

export const fault = (check: string, detail: string, remedy: string): Finding => ({
  check,
  status: 'fault',
  detail,
  remedy,
})
