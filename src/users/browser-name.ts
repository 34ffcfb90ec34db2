/** What a browser is called in a mail, from what it says of itself: enough to know one's own, and no proof of anything. */

/** The first that fits: most also say that they are what they descend from. */
const browsers = [
  [/\bEdgA?\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:HeadlessChrome|Chrome|CriOS)\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
] as const

const systems = [
  [/\bAndroid\b/, 'Android'],
  [/\b(?:iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\b(?:Linux|CrOS)\b/, 'Linux'],
] as const

const MOST_CHARACTERS = 60

/** A program that is no browser goes by how it begins. */
export function browserName(userAgent: string): string {
  const find = (table: readonly (readonly [RegExp, string])[]) => table.find(([says]) => says.test(userAgent))?.[1]
  const browser = find(browsers)
  if (browser === undefined) return userAgent.slice(0, MOST_CHARACTERS) || '?'
  const system = find(systems)
  return system === undefined ? browser : `${browser}, ${system}`
}
