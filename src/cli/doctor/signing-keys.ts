/** Is there a key for each algorithm with which tokens are signed, and can it be opened? */
import { signingAlgorithms } from '../../oidc/signing-keys/signing-key.ts'
import { currentJwks, listSigningKeys } from '../../oidc/signing-keys/signing-keys.ts'
import type { Workbench } from '../workbench.ts'
import { fault, ok, type Finding } from './finding.ts'

export async function checkSigningKeys({
  db,
  secrets,
  clock,
}: Pick<Workbench, 'db' | 'secrets' | 'clock'>): Promise<Finding> {
  const check = 'signing keys'
  const keys = await listSigningKeys(db, clock)
  const missing = signingAlgorithms.filter(
    (algorithm) => !keys.some((key) => key.stage === 'used' && key.algorithm === algorithm),
  )
  if (missing.length > 0)
    return fault(check, `none in use for ${missing.join(' and ')}`, 'Start the server, which makes them.')
  try {
    await currentJwks(db, secrets, clock)
  } catch {
    return fault(
      check,
      'they can not be opened with this SECRET_KEY',
      'Set the SECRET_KEY that they were sealed with, after the new one.',
    )
  }
  const used = keys.filter(({ stage }) => stage === 'used').map(({ algorithm }) => algorithm)
  return ok(check, `${used.toSorted().join(' and ')} in use`)
}
