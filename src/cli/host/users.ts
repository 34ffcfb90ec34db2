/** `keygrant users …`, as far as no API may do it: who gets in, who administers the platform, and who is stopped. */
import { Option, type Command } from 'commander'
import { operations } from '../operations/operation.ts'
import type { Session } from '../session.ts'
import { hostOnlyWords, onHost } from './on-host.ts'

const passwordHelp = `
The password is read from stdin (typed unseen at a terminal), or from the environment variable KEYGRANT_PASSWORD.`

const stolenKey = 'A stolen key could lock out, or become, an administrator by it, so no key can do this.'
const noPassword = 'No key sets anybody’s password. To have them choose it by mail: keygrant users add.'

const memberRoles = operations['POST /v1/organizations/:id/members']?.body?.['role']?.choices ?? []

export function addHostUserCommands(users: Command, { run }: Session): void {
  users
    .command('create')
    .description(hostOnlyWords('add a person, with a password'))
    .argument('<email>')
    .option('--name <name>', 'what they are called')
    .option('--administrator', 'also make them an administrator of the platform')
    .option('--json', 'print JSON')
    .addHelpText('after', passwordHelp)
    .action(run(onHost(noPassword, async () => (await import('./add-person.ts')).addPerson)))

  users
    .command('invite')
    .description(hostOnlyWords('make a link with which somebody joins, and mail it'))
    .argument('<email>')
    .option('--organization <id>', 'into this organization')
    .addOption(new Option('--role <role>', 'their part in it').choices(memberRoles.map(String)).default('member'))
    .option('--administrator', 'as an administrator of the platform')
    .option('--json', 'print JSON')
    .action(
      run(
        onHost(
          'It shows the link itself, which is for one mailbox alone. To have one mailed: keygrant invitations create.',
          async () => (await import('./invite-person.ts')).invitePerson,
        ),
      ),
    )

  users
    .command('reset-password')
    .description(
      hostOnlyWords('set a new password for somebody, or make a link with which they choose one; ends their sessions'),
    )
    .argument('<email>')
    .option('--link', 'print a link for them in place of setting a password')
    .option('--json', 'print JSON')
    .addHelpText('after', passwordHelp)
    .action(run(onHost(stolenKey, async () => (await import('./reset-password.ts')).resetPassword)))

  for (const [verb, does] of [
    ['disable', 'stop a person: sessions and what apps hold end, their keys stop; nothing is deleted'],
    ['enable', 'let a disabled person sign in again; their keys work again'],
  ] as const) {
    users
      .command(verb)
      .description(hostOnlyWords(does))
      .argument('<email>')
      .option('--json', 'print JSON')
      .action(run(onHost(stolenKey, async () => (await import('./switch-person.ts')).switchPerson[verb])))
  }

  for (const [verb, does] of [
    ['make-admin', 'make somebody an administrator of the platform'],
    ['demote', 'take the administration of the platform from somebody'],
  ] as const) {
    users
      .command(verb)
      .description(hostOnlyWords(does))
      .argument('<email>')
      .option('--json', 'print JSON')
      .action(run(onHost(stolenKey, async () => (await import('./administration.ts')).administration[verb])))
  }
}
