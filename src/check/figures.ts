/** How often each code was answered at checks, as plain numbers that metrics read. */
import { checkCodes, type CheckCode } from './codes.ts'
import type { Verdict } from './decide.ts'

/** `none`: there was no credential, none that could be read, or none that is known. */
const kinds = ['api_key', 'access_token', 'none'] as const
type Kind = (typeof kinds)[number]

export interface CheckFigures {
  count(verdict: Pick<Verdict, 'code' | 'holder'>): void
  readonly answers: Readonly<Record<Kind, Readonly<Record<CheckCode, number>>>>
}

export function createFigures(): CheckFigures {
  const none = () => Object.fromEntries(Object.keys(checkCodes).map((code) => [code, 0])) as Record<CheckCode, number>
  const answers = Object.fromEntries(kinds.map((kind) => [kind, none()])) as Record<Kind, Record<CheckCode, number>>
  return { count: ({ code, holder }) => void answers[holder?.kind ?? 'none'][code]++, answers }
}
