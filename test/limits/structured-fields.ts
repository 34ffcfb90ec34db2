/** Reads what the limits' fields may hold of RFC 9651: lists of strings with parameters that are whole numbers. */

interface Item {
  value: string
  parameters: Map<string, number>
}

/** Throws for anything else, and for whitespace where the RFC has none. */
export function parseList(text: string): Item[] {
  let at = 0
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (!found) throw new Error(`${String(pattern)} expected at ${at}: ${text}`)
    at = pattern.lastIndex
    return found[1] ?? found[0]
  }
  const items: Item[] = []
  for (;;) {
    const value = take(/"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y)
    const parameters = new Map<string, number>()
    while (text[at] === ';') {
      const name = take(/; *([a-z*][a-z0-9_.*-]*)/y)
      parameters.set(name, Number(take(/=(-?\d{1,15})(?![\d.])/y)))
    }
    items.push({ value, parameters })
    if (at === text.length) return items
    take(/[ \t]*,[ \t]*(?=\S)/y)
  }
}
