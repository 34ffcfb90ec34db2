/** Holds what came in against a route's schemas, and names every fault at once. */
import type { z } from 'zod'
import { Problem, type InputFault } from '../problem.ts'

/** What a missing value is a fault of; other faults may name no value, too. */
const missingCodes = new Set<string>(['invalid_type', 'invalid_value', 'invalid_union'])

type Place = 'path' | 'query' | 'body'

/** @throws {Problem} 400 with every fault of every place */
export function checkInput(
  places: readonly { place: Place; schema: z.ZodType | undefined; value: unknown }[],
): Record<Place, unknown> {
  const faults: InputFault[] = []
  const checked: Record<Place, unknown> = { path: {}, query: {}, body: undefined }
  for (const { place, schema, value } of places) {
    if (!schema) continue
    // With what was found at each fault, which tells what is missing from what is wrong; none of it is answered.
    const result = schema.safeParse(value, { reportInput: true })
    if (result.success) checked[place] = result.data
    else faults.push(...result.error.issues.flatMap((issue) => faultsOf(place, issue)))
  }
  if (faults.length > 0) {
    throw new Problem('bad_request', { detail: 'The input has faults: see errors.', errors: faults })
  }
  return checked
}

/** A fault of the input that no schema can see: an unknown tier, say. */
export function inputProblem(...faults: readonly InputFault[]): Problem {
  return new Problem('bad_request', { detail: 'The input has faults: see errors.', errors: faults })
}

/** @param issue of a parse that reports its input */
export function faultsOf(place: Place, issue: z.core.$ZodIssue): InputFault[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: pathOf(place, [...issue.path, key]),
      code: 'unknown_field',
      message: place === 'query' ? 'is not a parameter of this route' : 'is not a field of this object',
    }))
  }
  // What is wrong with the name of an entry says the rule of names.
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: pathOf(place, issue.path), code: 'invalid_key', message }))
  }
  const missing = issue.input === undefined && missingCodes.has(issue.code)
  return [
    {
      path: pathOf(place, issue.path),
      code: missing ? 'required' : issue.code,
      message: missing ? 'is required' : issue.message,
    },
  ]
}

/** A JSON pointer into the body (RFC 6901); the bare name of a parameter. */
function pathOf(place: Place, path: readonly PropertyKey[]): string {
  if (place !== 'body') return path.map(String).join('.')
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
