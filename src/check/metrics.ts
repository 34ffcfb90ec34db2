/** What is counted of checks: plain numbers, so that counting costs nothing. */
import type { Metrics } from '../platform/metrics.ts'
import { checkCodes, type CheckCode } from './codes.ts'

/** `none`: there was no credential, or none that could be read. */
export const credentialKinds = ['api_key', 'access_token', 'none'] as const
export type CredentialKind = (typeof credentialKinds)[number]

export type CheckCounts = Readonly<Record<CredentialKind, Record<CheckCode, number>>>

/** `checkCounts(metrics)[kind][code] += 1` for each decision, whichever route asked for it. */
export function checkCounts(metrics: Metrics): CheckCounts {
  return metrics.counts('keygrant_checks_total', 'Decisions about credentials.', [
    { name: 'kind', values: credentialKinds },
    { name: 'code', values: Object.keys(checkCodes) as CheckCode[] },
  ])
}
