/** How often each code was answered, as plain numbers that metrics read. */
import { checkCodes, type CheckCode } from './codes.ts'

export interface CheckFigures {
  count(code: CheckCode): void
  readonly answers: Readonly<Record<CheckCode, number>>
}

export function createFigures(): CheckFigures {
  const answers = Object.fromEntries(Object.keys(checkCodes).map((code) => [code, 0])) as Record<CheckCode, number>
  return { count: (code) => void answers[code]++, answers }
}
