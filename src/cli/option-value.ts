/** Values of options, held against the same schemas as what comes over the API. */
import type { z } from 'zod'
import { usageFailure } from './failure.ts'

/** Undefined stays so: the option wasn't given. @throws {CommandFailure} naming the option */
export function optionValue<T>(schema: z.ZodType<T>, option: string, given: unknown): T | undefined {
  if (given === undefined) return undefined
  const result = schema.safeParse(given)
  if (result.success) return result.data
  throw usageFailure(`${option} ${result.error.issues[0]?.message ?? 'is not what is expected'}.`)
}

/** @throws {CommandFailure} */
export function jsonValue(option: string, text: string | undefined): unknown {
  if (text === undefined) return undefined
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw usageFailure(`${option} is not JSON.`)
  }
}

/** A number of rows. */
export function countOf(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw usageFailure('--limit is a number above 0.')
}
