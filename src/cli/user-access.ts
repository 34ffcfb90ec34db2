/** `keygrant users disable`, `enable` and `demote`: what stops a person, or takes the platform's administration from one. */
import type { Command } from 'commander'
import { disableUser, enableUser, type Disabled } from '../users/disable.ts'
import { revokeAdministration } from '../users/revoke-administration.ts'
import { CommandFailure } from './failure.ts'
import { openPeopleBench } from './people.ts'
import { emailOf, unknownUser, userDocument } from './person.ts'
import type { Session } from './session.ts'
import { openWorkbench } from './workbench.ts'

export function addUserAccessCommands(users: Command, session: Session): void {
  addSwitch(users, session, 'disable', disableUser)
  addSwitch(users, session, 'enable', enableUser)
  addDemote(users, session)
}

const switches = {
  disable: {
    description: 'stop a person: sessions and what apps hold end, their keys stop; nothing is deleted',
    done: 'is disabled, and signed out everywhere',
    already: 'was disabled before',
  },
  enable: {
    description: 'let a disabled person sign in again; their keys work again',
    done: 'may sign in again',
    already: 'was not disabled',
  },
} as const

function addSwitch(users: Command, { run }: Session, verb: keyof typeof switches, act: typeof disableUser): void {
  const words = switches[verb]
  users
    .command(verb)
    .description(words.description)
    .argument('<email>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, address: string) => {
        const email = emailOf(address)
        await using people = await openPeopleBench()
        const switched: Disabled = await act(people.services, email, people.bench.context)
        if (switched.outcome === 'unknown') throw unknownUser(email)
        if (switched.outcome === 'last_administrator') throw lastAdministrator(email)
        const { outcome, user } = switched
        output.result(
          { ...userDocument(user), changed: outcome === 'done' },
          `${user.email} ${outcome === 'done' ? words.done : words.already}.`,
        )
      }),
    )
}

function addDemote(users: Command, { run }: Session): void {
  users
    .command('demote')
    .description('take the administration of the platform from somebody')
    .argument('<email>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, address: string) => {
        const email = emailOf(address)
        await using bench = await openWorkbench()
        const revoked = await revokeAdministration(bench, email, bench.context)
        if (revoked.outcome === 'unknown') throw unknownUser(email)
        if (revoked.outcome === 'last_administrator') throw lastAdministrator(email)
        const changed = revoked.outcome === 'revoked'
        output.result(
          { ...userDocument(revoked.user), changed },
          `${revoked.user.email} ${changed ? 'is no administrator any more' : 'was no administrator'}.`,
        )
      }),
    )
}

const lastAdministrator = (email: string) =>
  new CommandFailure(`${email} is the last administrator. Make another one first: keygrant users make-admin`)
