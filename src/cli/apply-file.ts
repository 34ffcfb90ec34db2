/** Reads the YAML file that `keygrant apply` takes, and knows where in it everything stands. */
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'

export interface FileFault {
  /** Counted from 1. */
  readonly line: number
  /** Where in the document, like `resources.reports.scopes`; empty for the whole. */
  readonly path: string
  readonly message: string
}

export interface ApplyFile {
  /** As it is written; nothing of it is checked. */
  readonly content: unknown
  /** A fault at this place, or, if nothing is there, at the nearest thing around it. */
  faultAt(place: readonly (string | number)[], message: string): FileFault
}

export type FileReading = { ok: true; file: ApplyFile } | { ok: false; faults: FileFault[] }

export function readApplyFile(text: string): FileReading {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line)
  if (document.errors.length > 0) {
    const faults = document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), path: '', message }))
    return { ok: false, faults }
  }
  const unfolded = unfold(document)
  if (unfolded === null) return { ok: false, faults: [{ line: 1, path: '', message: 'has too many aliases' }] }
  return {
    ok: true,
    file: {
      content: unfolded.value,
      faultAt: (place, message) => ({
        line: lineAt(offsetOf(document, place)),
        path: place.map(String).join('.'),
        message,
      }),
    },
  }
}

/** In the order of the file: `platform.yaml:12: resources.reports.title: must not be empty` */
export function faultLines(name: string, faults: readonly FileFault[]): string {
  return faults
    .toSorted((a, b) => a.line - b.line)
    .map(({ line, path, message }) => `${name}:${line}: ${path === '' ? '' : `${path}: `}${message}`)
    .join('\n')
}

/** Null where a few lines of aliases would unfold to more than a machine can hold. */
function unfold(document: Document): { value: unknown } | null {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) as unknown }
  } catch (error) {
    if (error instanceof ReferenceError) return null
    throw error
  }
}

function offsetOf(document: Document, place: readonly (string | number)[]): number {
  for (let length = place.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(place.slice(0, length - 1), true)
    const name = String(place[length - 1])
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && String(key.value) === name) : undefined
    const node = pair ? pair.key : document.getIn(place.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0
}
