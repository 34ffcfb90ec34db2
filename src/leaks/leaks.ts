/** Reports of leaked secrets as the server takes them: from whom, and with what figures. */
import type { IncomingHttpHeaders } from 'node:http'
import type { AuditContext } from '../audit/record.ts'
import { Problem } from '../http/problem.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Log } from '../platform/log.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { Outgoing } from '../platform/outgoing.ts'
import { outcomes, type LeakOutcome, type LeakResponse, type ReportedToken } from './leak.ts'
import { createPublicKeys } from './public-keys.ts'
import { noLeaks, receiveLeaks, type LeakedKeys } from './receive.ts'
import { signerOf } from './signature.ts'

export interface Leaks {
  /**
   * Holds a report against its finder's signature, once its body is there.
   * @throws {Problem} for whatever can't be signed by the finder, or 404 where none is configured
   */
  signerOf(headers: IncomingHttpHeaders): Promise<(body: Uint8Array) => void>
  /** In the order of the tokens. */
  receive(tokens: readonly ReportedToken[], context: AuditContext): Promise<LeakOutcome[]>
  addMetrics(metrics: Metrics): void
}

export function createLeaks(options: {
  db: Db
  clock: Clock
  log: Log
  outgoing: Outgoing
  keys: LeakedKeys
  /** Null: no reports are taken. */
  publicKeysUrl: string | null
  response: LeakResponse
}): Leaks {
  const { db, clock, log, outgoing, keys, publicKeysUrl, response } = options
  const publicKeys = publicKeysUrl === null ? null : createPublicKeys({ url: publicKeysUrl, outgoing, clock, log })
  const figures = noLeaks()
  return {
    async signerOf(headers) {
      if (!publicKeys) {
        throw new Problem('not_found', { detail: 'No reports of leaks are taken here: LEAK_KEYS_URL is not set.' })
      }
      return signerOf(publicKeys, headers)
    },
    receive: (tokens, context) => receiveLeaks({ db, keys, response, log, figures }, tokens, context),
    addMetrics(metrics) {
      metrics.counter('keygrant_leaks_total', 'Secrets that were reported as leaked, by what became of them.', () =>
        outcomes.map((outcome) => ({ labels: { outcome }, value: figures[outcome] })),
      )
    },
  }
}
