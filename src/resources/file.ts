/** Reads the file that `keygrant apply` takes: YAML in, resources out, or every fault with its line. */
import { isNode, LineCounter, parseDocument, type Document } from 'yaml'
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
  const parsed = fileSchema.safeParse(document.toJS({ maxAliasCount: 100 }))
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

/** Where the entry stands, or, if it is missing, the nearest thing around it. */
function offsetOf(document: Document, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return isNode(document.contents) && document.contents.range ? document.contents.range[0] : 0
}
