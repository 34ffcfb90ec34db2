/**
 * Whether an error means that some text can't be stored at all: Postgres takes no NUL, and JSON columns no half of a
 * surrogate pair either. Such text comes from whoever sent the request, and is their fault.
 */

/** SQLSTATE (Postgres, appendix A): character not in repertoire, untranslatable character. */
const SQLSTATES = new Set(['22021', '22P05'])

/** What we write as JSON is well-formed but for such halves, so that nothing else can be meant. */
const INVALID_JSON = { code: '22P02', message: 'invalid input syntax for type json' }

export function isUnstorableText(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, originalCode, message, cause, meta } = error as Record<string, unknown>
  const states = [code, originalCode]
  return (
    states.some((state) => typeof state === 'string' && SQLSTATES.has(state)) ||
    (states.includes(INVALID_JSON.code) && typeof message === 'string' && message.includes(INVALID_JSON.message)) ||
    isUnstorableText(cause) ||
    isUnstorableText((meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError)
  )
}
