/** RFC 4180: records of fields, quoted where they hold a comma, a quote or the end of a line. */

export interface CsvRecord {
  /** The line that it begins in, from 1. */
  line: number
  cells: string[]
}

/** Where the text isn't what it should be, and why. */
export interface CsvFault {
  line: number
  message: string
}

/** Empty lines are none. */
export function parseCsv(text: string): { ok: true; records: CsvRecord[] } | { ok: false; fault: CsvFault } {
  const records: CsvRecord[] = []
  let line = 1
  let begun = 1
  let cells: string[] = []
  let cell = ''
  /** Has anything been there since the last record, if only an empty text in quotes? */
  let any = false
  let position = 0

  const endRecord = () => {
    if (any) records.push({ line: begun, cells: [...cells, cell] })
    cells = []
    cell = ''
    any = false
    line++
    begun = line
  }

  while (position < text.length) {
    const character = text[position] ?? ''
    if (character === '"') {
      if (cell !== '') return { ok: false, fault: { line, message: 'a quote in the middle of a field' } }
      const quoted = readQuoted(text, position)
      if (!quoted) return { ok: false, fault: { line, message: 'a quote that is never closed' } }
      cell = quoted.value
      line += quoted.lines
      position = quoted.end
      const next = text[position]
      if (next !== undefined && !',\r\n'.includes(next)) {
        return { ok: false, fault: { line, message: 'something behind a closing quote' } }
      }
      any = true
      continue
    }
    position++
    if (character === ',') {
      cells.push(cell)
      cell = ''
      any = true
    } else if (character === '\n') endRecord()
    else if (character === '\r') {
      if (text[position] === '\n') position++
      endRecord()
    } else {
      cell += character
      any = true
    }
  }
  endRecord()
  return { ok: true, records }
}

/** From the opening quote to behind the closing one; null where there is none. */
function readQuoted(text: string, start: number): { value: string; lines: number; end: number } | null {
  let value = ''
  for (let from = start + 1; ;) {
    const close = text.indexOf('"', from)
    if (close === -1) return null
    value += text.slice(from, close)
    if (text[close + 1] !== '"') return { value, lines: value.split('\n').length - 1, end: close + 1 }
    value += '"'
    from = close + 2
  }
}
