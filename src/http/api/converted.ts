/** What converters of other products' exports give: each is a function of its own, from the text of a file. */

/** What a file of another product comes to: rows for an import, and what of the file isn't in them. */
export interface Converted {
  rows: Record<string, unknown>[]
  notes: ConversionNote[]
}

export interface ConversionNote {
  /** What it is about, as the file calls it: a person's address, a client's id; null for the file as a whole. */
  about: string | null
  message: string
  /** There is no row for it. */
  skipped: boolean
}

/** The file isn't what it was taken for. Its message is for whoever gave the file. */
export class UnreadableExport extends Error {
  override name = 'UnreadableExport'
}

/** Null for what is no JSON. */
export function parseExport(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/** A time of an export as rows have it; what is none stays, and is a fault of its row. @param at milliseconds, or text */
export function exportedTime(at: number | string): string {
  const time = new Date(at)
  return Number.isNaN(time.getTime()) ? String(at) : time.toISOString()
}
