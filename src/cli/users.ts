/** `keygrant users …`: adds people, invites them, lets them back in, makes administrators of them, stops them. */
import { Option, type Command } from 'commander'
import { passwordFromEnvironment } from '../environment.ts'
import { memberRoles, type MemberRole } from '../organizations/organization.ts'
import { findOrganization } from '../organizations/store.ts'
import { addUser } from '../users/add-user.ts'
import { invite } from '../users/invite.ts'
import { makeAdministrator } from '../users/make-administrator.ts'
import { issueResetLink } from '../users/reset-password.ts'
import { setPassword } from '../users/set-password.ts'
import { findUserByEmail, listUsers } from '../users/store.ts'
import { CommandFailure } from './failure.ts'
import { unknownOrganization } from './organizations.ts'
import { countOf } from './option-value.ts'
import { fields, shortTime, table } from './output.ts'
import { passwordFaultText } from './password-fault.ts'
import { openPeopleBench } from './people.ts'
import { emailInvalid, emailOf, unknownUser, userDocument } from './person.ts'
import type { Session } from './session.ts'
import { readPassword } from './terminal.ts'
import { addUserAccessCommands } from './user-access.ts'
import { openWorkbench } from './workbench.ts'

const passwordHelp = `
The password is read from stdin (typed unseen at a terminal), or from the environment variable KEYGRANT_PASSWORD.`

export function addUserCommands(program: Command, session: Session): void {
  const users = program.command('users').description('people')
  addCreate(users, session)
  addInvite(users, session)
  addResetPassword(users, session)
  addMakeAdministrator(users, session)
  addUserAccessCommands(users, session)
  addList(users, session)
}

function addCreate(users: Command, { run }: Session): void {
  users
    .command('create')
    .description('add a person, with a password')
    .argument('<email>')
    .option('--name <name>', 'what they are called')
    .option('--administrator', 'also make them an administrator of the platform')
    .option('--json', 'print JSON')
    .addHelpText('after', passwordHelp)
    .action(
      run(async ({ output, stdin, stderr }, address: string, options: { name?: string; administrator?: boolean }) => {
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
      }),
    )
}

function addInvite(users: Command, { run }: Session): void {
  users
    .command('invite')
    .description('mail somebody a link with which they join')
    .argument('<email>')
    .option('--organization <id>', 'into this organization')
    .addOption(new Option('--role <role>', 'their part in it').choices(memberRoles).default('member'))
    .option('--administrator', 'as an administrator of the platform')
    .option('--json', 'print JSON')
    .action(
      run(
        async (
          { output },
          address: string,
          options: { organization?: string; role: MemberRole; administrator?: boolean },
        ) => {
          const email = emailOf(address)
          await using people = await openPeopleBench()
          const { bench, services, mails } = people
          const organization =
            options.organization === undefined ? null : await findOrganization(bench.db, options.organization)
          if (options.organization !== undefined && organization === null) {
            throw unknownOrganization(options.organization)
          }
          if (organization !== null && organization.personalUserId !== null) {
            throw new CommandFailure(`${organization.id} is a person's own organization, which has no other members.`)
          }
          const invitation = {
            email,
            organization: organization && { ...organization, role: options.role },
            administrator: options.administrator ?? false,
            inviter: null,
            locale: 'en',
          } as const
          const { link, expiresAt } = await invite(services, invitation, bench.context)
          const document = { email, link, expires_at: expiresAt.toISOString(), mailed: mails }
          output.result(document, linkText({ link, until: expiresAt, mailedTo: mails ? email : null }))
        },
      ),
    )
}

function addResetPassword(users: Command, { run }: Session): void {
  users
    .command('reset-password')
    .description('set a new password for somebody, or make a link with which they choose one; ends their sessions')
    .argument('<email>')
    .option('--link', 'print a link for them in place of setting a password')
    .option('--json', 'print JSON')
    .addHelpText('after', passwordHelp)
    .action(
      run(async ({ output, stdin, stderr }, address: string, options: { link?: boolean }) => {
        const email = emailOf(address)
        await using people = await openPeopleBench()
        const { bench, services } = people
        const user = await findUserByEmail(bench.db, email)
        if (!user) throw unknownUser(email)
        if (options.link === true) {
          const { link, expiresInMinutes } = await issueResetLink(services, user, null, bench.context)
          const until = new Date(bench.clock.now().getTime() + expiresInMinutes * 60_000)
          output.result(
            { ...userDocument(user), link, expires_at: until.toISOString() },
            linkText({ link, until, mailedTo: null }),
          )
          return
        }
        const password = await readPassword({ given: passwordFromEnvironment(), stdin, stderr })
        const set = await setPassword(services, { email, password, locale: 'en' }, bench.context)
        if (set.outcome === 'unknown') throw unknownUser(email)
        if (set.outcome === 'refused') throw new CommandFailure(set.faults.map(passwordFaultText).join('\n'))
        output.result(userDocument(set.user), `${set.user.email} has a new password, and is signed out everywhere.`)
      }),
    )
}

function addMakeAdministrator(users: Command, { run }: Session): void {
  users
    .command('make-admin')
    .description('make somebody an administrator of the platform')
    .argument('<email>')
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, address: string) => {
        const email = emailOf(address)
        await using bench = await openWorkbench()
        const made = await makeAdministrator(bench, email, bench.context)
        if (made.outcome !== 'made' && made.outcome !== 'was_already') {
          throw made.outcome === 'unknown' ? unknownUser(email) : new CommandFailure(`${email} is disabled.`)
        }
        const text = `${made.user.email} ${made.outcome === 'made' ? 'is an administrator now' : 'was an administrator before'}.`
        output.result({ ...userDocument(made.user), changed: made.outcome === 'made' }, text)
      }),
    )
}

function addList(users: Command, { run }: Session): void {
  users
    .command('list')
    .description('list people, newest first')
    .addOption(new Option('--limit <count>', 'how many at most').default(200).argParser(countOf))
    .option('--json', 'print JSON')
    .action(
      run(async ({ output }, options: { limit: number }) => {
        await using bench = await openWorkbench()
        const found = await listUsers(bench.db, { limit: options.limit })
        const rows = found.map((user) => [
          user.id,
          user.email,
          user.name ?? '-',
          [user.administrator ? 'administrator' : '', user.disabledAt ? 'disabled' : ''].filter(Boolean).join(' ') ||
            '-',
          shortTime(user.createdAt),
        ])
        const data = found.map((user) => ({ ...userDocument(user), created_at: user.createdAt.toISOString() }))
        const text =
          rows.length === 0 ? 'There is nobody yet.' : table(['ID', 'E-MAIL', 'NAME', 'STATE', 'SINCE'], rows)
        output.result({ data }, text)
      }),
    )
}

function linkText({ link, until, mailedTo }: { link: string; until: Date; mailedTo: string | null }): string {
  const said = fields([
    ['link', link],
    ['works once, until', `${shortTime(until)} UTC`],
  ])
  return mailedTo === null
    ? `${said}\n\nGive it to them yourself: it is not mailed.`
    : `${said}\n\nIt is on its way to ${mailedTo}, too.`
}

const emailTaken = (email: string) => new CommandFailure(`${email} has an account already.`)
