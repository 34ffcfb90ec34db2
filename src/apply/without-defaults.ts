/** Takes out of an object what goes without saying, so that what a person reads is what somebody has said. */
import { isDeepStrictEqual } from 'node:util'

export function withoutDefaults<Said extends object>(said: Said, defaults: Partial<Record<keyof Said, unknown>>): Said {
  const entries = Object.entries(said) as [keyof Said, unknown][]
  return Object.fromEntries(
    entries.filter(([name, value]) => !(name in defaults && isDeepStrictEqual(value, defaults[name]))),
  ) as Said
}
