/** Keyboards, for recognising passwords that are a finger's walk over the keys. */

/** Rows from the top; each stands about half a key to the right of the one above. */
const layouts: readonly (readonly string[])[] = [
  ['1234567890-=', 'qwertyuiop[]', "asdfghjkl;'", 'zxcvbnm,./'],
  ['1234567890ß´', 'qwertzuiopü+', 'asdfghjklöä#', 'yxcvbnm,.-'],
  ['&é"\'(-è_çà)=', 'azertyuiop^$', 'qsdfghjklmù*', 'wxcvbn,;:!'],
  ['1234567890-=', 'йцукенгшщзхъ', 'фывапролджэ', 'ячсмитьбю.'],
]

interface Key {
  row: number
  column: number
}

type Layout = ReadonlyMap<string, Key>

const keyMaps: readonly Layout[] = layouts.map(
  (rows) => new Map(rows.flatMap((row, r) => Array.from(row, (character, column) => [character, { row: r, column }]))),
)

/**
 * The walk from key to neighbouring key that begins at `start`: for each further character of it, how many turns
 * were made until there. Of the layouts, the one with the longest walk answers.
 */
export function keyboardWalk(text: string, start: number): number[] {
  return keyMaps.map((layout) => walkOn(layout, text, start)).reduce((a, b) => (b.length > a.length ? b : a))
}

function walkOn(layout: Layout, text: string, start: number): number[] {
  const turnsAt: number[] = []
  let turns = 0
  let direction: string | null = null
  for (let at = start + 1; at < text.length; at += 1) {
    const next = directionBetween(layout.get(text.charAt(at - 1)), layout.get(text.charAt(at)))
    if (next === null) break
    if (direction !== null && next !== direction) turns += 1
    direction = next
    turnsAt.push(turns)
  }
  return turnsAt
}

/** A key touches the one on each side, two above (in its column and the next) and two below (in its column and the last). */
function directionBetween(from: Key | undefined, to: Key | undefined): string | null {
  if (from === undefined || to === undefined) return null
  const down = to.row - from.row
  const right = to.column - from.column
  const beside = down === 0 && Math.abs(right) === 1
  const aboveOrBelow = Math.abs(down) === 1 && (right === 0 || right === -down)
  return beside || aboveOrBelow ? `${down},${right}` : null
}
