/** `keygrant users disable` and `enable`. */
import { disableUser, enableUser } from '../../users/disable.ts'
import type { CommandIo } from '../session.ts'
import { openPeopleBench } from '../people.ts'
import { emailOf, lastAdministrator, unknownUser, userDocument } from './person.ts'

const words = {
  disable: { act: disableUser, done: 'is disabled, and signed out everywhere', already: 'was disabled before' },
  enable: { act: enableUser, done: 'may sign in again', already: 'was not disabled' },
} as const

const work =
  (verb: keyof typeof words) =>
  async ({ output }: CommandIo, address: string): Promise<void> => {
    const { act, done, already } = words[verb]
    const email = emailOf(address)
    await using people = await openPeopleBench()
    const switched = await act(people.services, { email }, people.bench.context)
    if (switched.outcome === 'unknown') throw unknownUser(email)
    if (switched.outcome === 'last_administrator') throw lastAdministrator(email)
    const { outcome, user } = switched
    const changed = outcome === 'done'
    output.result({ ...userDocument(user), changed }, `${user.email} ${changed ? done : already}.`)
  }

export const switchPerson = { disable: work('disable'), enable: work('enable') } as const
