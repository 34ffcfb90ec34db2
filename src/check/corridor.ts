/**
 * The straight corridor: `/v1/check` and verify, answered before Koa. A warm check passes no session, no template, no
 * Prisma and no database, and waits for nothing.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { callerOf, type Caller, type TrustedProxies } from '../http/address.ts'
import { requestIdOf } from '../http/entrance.ts'
import { andThen, type Soon } from '../platform/soon.ts'
import type { Answers } from './answers.ts'
import { credentialOf } from './credential.ts'
import { isUnencrypted, type NoteUnencrypted } from './exposure.ts'
import { faultVerdict, type Judge, type Verdict } from './decide.ts'
import type { Holders } from './holders.ts'
import { isCheckPath, type Question } from './question.ts'
import type { CheckFigures } from './figures.ts'
import type { Note } from './usage-note.ts'

export interface Corridor {
  /** Answers a check; false: it is none. `plainAllowed`: at a private address that needs no TLS. */
  serve(request: IncomingMessage, response: ServerResponse, plainAllowed: boolean): boolean
}

export interface CorridorOptions {
  holders: Holders
  questions: { of(request: IncomingMessage, caller: Caller): Question | 'bad_request' }
  judge: Judge
  answers: Answers
  note: Note
  figures: CheckFigures
  isTrusted: TrustedProxies
  /** Is the issuer's URL https? Then nothing is served that came unencrypted. */
  https: boolean
  /** A credential came unencrypted. */
  noteUnencrypted: NoteUnencrypted
  onError(error: unknown): void
}

export function createCorridor(options: CorridorOptions): Corridor {
  const { holders, questions, judge, answers, note, figures, isTrusted, https, noteUnencrypted, onError } = options

  function settle(response: ServerResponse, requestId: string, verdict: Verdict, question: Question | null): void {
    figures.count(verdict, question)
    if (question) note(verdict, question)
    answers.send(response, requestId, verdict, question)
  }

  function decide(request: IncomingMessage, response: ServerResponse, plainAllowed: boolean): Soon<void> {
    const caller = callerOf(request, isTrusted)
    const requestId = requestIdOf(request, caller)
    const credential = credentialOf(request)
    const asked = questions.of(request, caller)
    // What could be read of a question counts for every verdict: who observes refuses nobody.
    const question = asked === 'bad_request' ? null : asked
    if (https && isUnencrypted(caller, plainAllowed)) {
      noteUnencrypted(request, caller)
      return settle(response, requestId, faultVerdict('https_required'), question)
    }
    if (!question || credential === 'ambiguous')
      return settle(response, requestId, faultVerdict('bad_request'), question)
    if (typeof credential === 'string') return settle(response, requestId, faultVerdict(credential), question)
    const found = holders.find(credential, caller.address)
    const verdict = andThen(found, (one) => judge(one, question, caller.address))
    return andThen(verdict, (one) => settle(response, requestId, one, question))
  }

  return {
    serve(request, response, plainAllowed) {
      if (!isCheckPath(request.url ?? '')) return false
      try {
        const deciding = decide(request, response, plainAllowed)
        if (deciding) deciding.catch((error: unknown) => fail(request, response, error))
      } catch (error) {
        fail(request, response, error)
      }
      return true
    },
  }

  /** A fault of ours is an outage to whoever asks, and never a 401; who observes lets pass all the same. */
  function fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    onError(error)
    if (response.headersSent) return
    answers.send(response, '-', { ...faultVerdict('unavailable'), retryAfterSeconds: 1 }, questionOf(request))
  }

  function questionOf(request: IncomingMessage): Question | null {
    try {
      const asked = questions.of(request, callerOf(request, isTrusted))
      return asked === 'bad_request' ? null : asked
    } catch {
      return null
    }
  }
}
