/** Reads the file that `keygrant apply` takes: YAML in, resources out, or every fault with its line. */
import { isMap, isNode, isScalar, LineCounter, parseDocument, type Document } from 'yaml'
import type { z } from 'zod'
import { fileSchema, resourcesOf } from './file-schema.ts'
import type { ResourceDefinition } from './resource.ts'

export interface FileFault {
  /** Counted from 1. */
  readonly line: number
  /** Where in the document, like `resources.reports.scopes`; empty for the whole. */
  readonly path: string
  readonly message: string
}

export type FileReading = { ok: true; resources: ResourceDefinition[] | null } | { ok: false; faults: FileFault[] }

/** `reservedIdentifiers` are ours (that of `/v1`): no registered resource may have one of them. */
export function readResourcesFile(text: string, reservedIdentifiers: readonly string[] = []): FileReading {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false })
  const lineAt = (offset: number) => Math.max(1, lines.linePos(offset).line)
  if (document.errors.length > 0) {
    return {
      ok: false,
      faults: document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), path: '', message })),
    }
  }
  const content = unfold(document)
  if (content === null) return { ok: false, faults: [{ line: 1, path: '', message: 'has too many aliases' }] }
  const parsed = fileSchema.safeParse(content.value, { error: missing })
  const faultAt = (path: readonly PropertyKey[], message: string): FileFault => ({
    line: lineAt(offsetOf(document, path)),
    path: path.map(String).join('.'),
    message,
  })
  if (!parsed.success) return { ok: false, faults: parsed.error.issues.flatMap((issue) => describe(issue, faultAt)) }

  const resources = resourcesOf(parsed.data)
  const faults = (resources ?? [])
    .filter(({ identifier }) => reservedIdentifiers.includes(identifier))
    .map(({ name }) => faultAt(['resources', name, 'identifier'], 'is the identifier of the management API'))
  return faults.length > 0 ? { ok: false, faults } : { ok: true, resources }
}

const missing = (issue: z.core.$ZodRawIssue): string | undefined =>
  issue.code === 'invalid_type' && issue.input === undefined ? 'is missing' : undefined

function describe(
  issue: z.core.$ZodIssue,
  faultAt: (path: readonly PropertyKey[], message: string) => FileFault,
): FileFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => faultAt([...issue.path, key], 'is not known to this version'))
  }
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => faultAt(issue.path, message))
  return [faultAt(issue.path, issue.message)]
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

/** Where the entry begins, or, if it is missing, the nearest thing around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const name = path[length - 1]
    const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === name) : undefined
    const node = pair ? pair.key : document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0
}
