/** `keygrant users create`. */
import { passwordFromEnvironment } from '../../environment.ts'
import { addUser } from '../../users/add-user.ts'
import { makeAdministrator } from '../../users/make-administrator.ts'
import { findUserByEmail } from '../../users/store.ts'
import { CommandFailure } from '../failure.ts'
import type { CommandIo } from '../session.ts'
import { readPassword } from '../terminal.ts'
import { passwordFaultText } from './password-fault.ts'
import { openPeopleBench } from '../people.ts'
import { emailInvalid, emailOf, userDocument } from './person.ts'

export async function addPerson(
  { output, stdin, stderr }: CommandIo,
  address: string,
  options: { name?: string; administrator?: boolean },
): Promise<void> {
  const email = emailOf(address)
  await using people = await openPeopleBench()
  const { bench, services } = people
  if (await findUserByEmail(bench.db, email)) throw emailTaken(email)
  const password = await readPassword({ given: passwordFromEnvironment(), stdin, stderr })
  const person = { email, name: options.name ?? null, password, locale: null }
  const added = await addUser(services, person, bench.context)
  if (added.outcome === 'refused') throw new CommandFailure(added.faults.map(passwordFaultText).join('\n'))
  if (added.outcome !== 'added') throw added.outcome === 'email_taken' ? emailTaken(email) : emailInvalid(address)
  const administrator = options.administrator ?? false
  if (administrator) await makeAdministrator(bench, email, bench.context)
  output.result(userDocument({ ...added.user, administrator }), `Added ${email} (${added.user.id}).`)
}

const emailTaken = (email: string) => new CommandFailure(`${email} has an account already.`)
