/**
 * How often each code was answered at checks, as plain numbers that metrics read: by the stored policy that was asked and
 * its mode, so that who observes can tell what would be refused before anybody is.
 */
import { checkCodes, type CheckCode } from './codes.ts'
import type { Verdict } from './decide.ts'
import type { Question } from './question.ts'

/** `none`: there was no credential, none that could be read, or none that is known. */
const kinds = ['api_key', 'access_token', 'none'] as const
type Kind = (typeof kinds)[number]
type Codes = Record<CheckCode, number>

export interface CheckFigure {
  /** Empty: without a stored policy. */
  readonly policy: string
  readonly mode: Question['mode']
  readonly kind: Kind
  readonly code: CheckCode
  readonly value: number
}

export interface CheckFigures {
  /** `question` null: it couldn't be read. */
  count(verdict: Pick<Verdict, 'code' | 'holder'>, question: Pick<Question, 'policy' | 'mode'> | null): void
  /** Without a policy, enforcing, all of them; else those that there were. */
  list(): CheckFigure[]
}

export function createFigures(): CheckFigures {
  const none = () => Object.fromEntries(Object.keys(checkCodes).map((code) => [code, 0])) as Codes
  const byKind = () => ({ api_key: none(), access_token: none(), none: none() }) satisfies Record<Kind, Codes>
  const byMode = () => ({ enforce: byKind(), observe: byKind() }) satisfies Record<Question['mode'], object>
  const plain = byMode()
  const policies = new Map([['', plain]])

  return {
    count({ code, holder }, question) {
      const policy = question?.policy ?? ''
      let counted = policies.get(policy)
      // Their names are those of stored policies, which no caller makes up.
      if (!counted) policies.set(policy, (counted = byMode()))
      counted[question?.mode ?? 'enforce'][holder?.kind ?? 'none'][code]++
    },
    list: () =>
      [...policies].flatMap(([policy, modes]) =>
        (['enforce', 'observe'] as const).flatMap((mode) =>
          kinds.flatMap((kind) =>
            Object.entries(modes[mode][kind]).flatMap(([code, value]) =>
              value === 0 && (policy !== '' || mode !== 'enforce')
                ? []
                : [{ policy, mode, kind, code: code as CheckCode, value }],
            ),
          ),
        ),
      ),
  }
}
