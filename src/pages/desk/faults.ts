/** From what the API refuses to what a form says: each fault beside the field that it concerns. */
import type { Problem } from '../../http/problem.ts'
import type { Fault } from '../../http/screen.ts'

/** `/scopes/0` concerns the field `scopes`, `/limits/hour` the field `limits.hour`, `/routes/1/match` the field `routes.1.match`, if the form has one. */
export function faultsOf({ message, errors }: Problem): Fault[] {
  if (errors.length === 0) return [{ field: null, text: message }]
  return errors.map(({ path, message: said }) => ({ field: nameOf(path), text: capitalised(said) }))
}

/** A JSON pointer (RFC 6901), or a parameter's bare name. */
function nameOf(path: string): string {
  return path
    .replace(/(?:\/\d+)+$/, '')
    .split('/')
    .filter((part) => part !== '')
    .join('.')
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
