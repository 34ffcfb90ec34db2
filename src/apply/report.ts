/** What an apply does, gathered while it does it: the changes, what stays though the file doesn't name it, and the faults. */
import { isDeepStrictEqual } from 'node:util'
import { Problem, type InputFault } from '../http/problem.ts'

export interface FieldChange {
  /** Within its object: `burst.size`. */
  readonly field: string
  /** Null also for what there was or is none of. */
  readonly from: unknown
  readonly to: unknown
  /** Of a secret, whose value is told nowhere: it has one now, or another one. */
  readonly secret?: 'set' | 'changed'
}

export interface Change {
  /** `adopt`: it was there, and the file knows it by its name from now on. */
  readonly action: 'create' | 'adopt' | 'update' | 'delete'
  readonly kind: string
  readonly name: string
  /** What else says which one it is; null: nothing. */
  readonly about: string | null
  readonly fields: readonly FieldChange[]
  /** What follows from it, in words. */
  readonly notes: readonly string[]
}

/** There, but not in the file. */
export interface Kept {
  readonly kind: string
  readonly name: string
  /** Why it stays also with `prune`; null: it would be deleted. */
  readonly why: string | null
}

export interface Plan {
  readonly changes: readonly Change[]
  readonly kept: readonly Kept[]
}

/** Where in the document: `['clients', 'dashboard', 'redirect_uris', 0]`. */
export type Place = readonly (string | number)[]

/** `conflict`: with what is there; else the document is wrong in itself. */
export type FaultKind = 'conflict' | 'unknown' | 'invalid'

export interface Report {
  change(change: Pick<Change, 'action' | 'kind' | 'name'> & Partial<Change>): void
  keep(kind: string, name: string, why?: string): void
  fault(kind: FaultKind, place: Place, message: string): void
  /** @throws {Problem} 400 or 409 with all that was found so far */
  demandFaultless(): void
  readonly plan: Plan
}

export function createReport(): Report {
  const changes: Change[] = []
  const kept: Kept[] = []
  const faults: { kind: FaultKind; fault: InputFault }[] = []
  return {
    change: (change) => void changes.push({ about: null, fields: [], notes: [], ...change }),
    keep: (kind, name, why) => void kept.push({ kind, name, why: why ?? null }),
    fault: (kind, place, message) => void faults.push({ kind, fault: { path: pointerOf(place), code: kind, message } }),
    demandFaultless() {
      if (faults.length === 0) return
      const code = faults.every(({ kind }) => kind === 'conflict') ? 'conflict' : 'bad_request'
      throw new Problem(code, {
        detail: 'The document can not be applied as it is: see errors.',
        errors: faults.map(({ fault }) => fault),
      })
    },
    plan: { changes, kept },
  }
}

/** A JSON pointer into the body of the request, which has the document in it. */
function pointerOf(place: Place): string {
  return ['document', ...place].map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** Each field that differs, those of objects in it by themselves. */
export function differences(from: object, to: object, prefix = ''): FieldChange[] {
  // People name members as they like, and every object has a `constructor` that is none of its own.
  const before = new Map<string, unknown>(Object.entries(from))
  const after = new Map<string, unknown>(Object.entries(to))
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [one, other] = [before.get(name) ?? null, after.get(name) ?? null]
    if (isDeepStrictEqual(one, other)) return []
    if (isPlain(one) && isPlain(other)) return differences(one, other, `${prefix}${name}.`)
    return [{ field: `${prefix}${name}`, from: one, to: other }]
  })
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
