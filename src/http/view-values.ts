/** Pure values that templates need and can't make: strict models, escaped text, safe addresses, durations, monograms. */

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text as it may stand in an element or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '')
}

/**
 * A copy of a model in which asking for a property that isn't there throws. nunjucks itself notices only a missing value
 * that is printed; a misspelled name in an `if` would silently hide a warning.
 */
export function strictModel<T>(value: T, path = 'model'): T {
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => strictModel(item, `${path}[${index}]`)) as T
  }
  if (!isPlainObject(value)) return value
  const copy: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value)) copy[name] = strictModel(item, `${path}.${name}`)
  return new Proxy(copy, {
    get(target, name) {
      if (typeof name === 'string' && !Object.hasOwn(target, name)) throw new Error(`No ${path}.${name} to show.`)
      return target[name as string]
    },
  }) as T
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

/** Whether an address that somebody registered may become a link: http and https only, never `javascript:`. */
export function webAddress(address: string | null): boolean {
  return address !== null && /^https?:\/\//i.test(address)
}

// Schemes that run or show foreign content in our own origin's place. An app's own scheme is any other.
const dangerous = /^\s*(?:javascript|data|vbscript|blob|file|filesystem|about|view-source):/i

/** A redirect address as it was registered; throws on a scheme that must never have been. */
export function outwardHref(address: string): string {
  if (dangerous.test(address)) throw new Error('A redirect address with a dangerous scheme reached a page.')
  return address
}

/** Whether anything that is asked for can be left out. */
export function offersChoice(
  scopes: { optional: boolean }[],
  resources: { scopes: { optional: boolean }[] }[],
): boolean {
  return [...scopes, ...resources.flatMap((resource) => resource.scopes)].some((scope) => scope.optional)
}

/** The largest unit of which it is two or more whole ones: "24 hours" is plainer than "1 day". */
export function durationOf(minutes: number): { unit: 'minutes' | 'hours' | 'days'; count: number } {
  if (minutes % 1440 === 0 && minutes > 1440) return { unit: 'days', count: minutes / 1440 }
  if (minutes % 60 === 0) return { unit: 'hours', count: minutes / 60 }
  return { unit: 'minutes', count: minutes }
}

const rightToLeft = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ps', 'sd', 'ug', 'ur', 'yi'])

export const isRightToLeft = (language: string): boolean => rightToLeft.has(language)

/** The first letter, as people count letters (an emoji or an accented letter is one). */
export function monogramOf(name: string): string {
  for (const { segment } of new Intl.Segmenter().segment(name.trim())) return segment.toUpperCase()
  return '?'
}
