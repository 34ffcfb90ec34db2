/** `keygrant users make-admin` and `demote`. */
import { makeAdministrator } from '../../users/make-administrator.ts'
import { revokeAdministration } from '../../users/revoke-administration.ts'
import { CommandFailure } from '../failure.ts'
import type { CommandIo } from '../session.ts'
import { openWorkbench } from '../workbench.ts'
import { emailOf, lastAdministrator, unknownUser, userDocument } from './person.ts'

async function makeAdmin({ output }: CommandIo, address: string): Promise<void> {
  const email = emailOf(address)
  await using bench = await openWorkbench()
  const made = await makeAdministrator(bench, email, bench.context)
  if (made.outcome !== 'made' && made.outcome !== 'was_already') {
    throw made.outcome === 'unknown' ? unknownUser(email) : new CommandFailure(`${email} is disabled.`)
  }
  const changed = made.outcome === 'made'
  const text = `${made.user.email} ${changed ? 'is an administrator now' : 'was an administrator before'}.`
  output.result({ ...userDocument(made.user), changed }, text)
}

async function demote({ output }: CommandIo, address: string): Promise<void> {
  const email = emailOf(address)
  await using bench = await openWorkbench()
  const revoked = await revokeAdministration(bench, email, bench.context)
  if (revoked.outcome === 'unknown') throw unknownUser(email)
  if (revoked.outcome === 'last_administrator') throw lastAdministrator(email)
  const changed = revoked.outcome === 'revoked'
  const text = `${revoked.user.email} ${changed ? 'is no administrator any more' : 'was no administrator'}.`
  output.result({ ...userDocument(revoked.user), changed }, text)
}

export const administration = { 'make-admin': makeAdmin, demote } as const
