/** What a name tells people when its administrator has said nothing. */

const readingWords: ReadonlySet<string> = new Set(['read', 'view', 'list', 'get'])

/** Whether a scope of this name changes something: yes, unless its last part says that it only reads. */
export function impliesWriting(scopeName: string): boolean {
  const lastPart = scopeName.split(/[:./]/).at(-1) ?? ''
  return !readingWords.has(lastPart.toLowerCase())
}

/** `customer-data` becomes `Customer data`. */
export function titleFromName(name: string): string {
  const words = name.replaceAll(/[-_]+/g, ' ').trim()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
