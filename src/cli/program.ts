/** The command as a whole: which nouns and verbs there are. */
import { Command, CommanderError } from 'commander'
import { addApplyCommand } from './apply.ts'
import { addClientCommands } from './clients.ts'
import { addDoctorCommand } from './doctor.ts'
import { exitCodes, exitCodesHelp } from './exit-codes.ts'
import { addKeyCommands } from './keys.ts'
import { addMemberCommands } from './members.ts'
import { addMigrateCommand } from './migrate.ts'
import { addOrganizationCommands } from './organizations.ts'
import { addServiceAccountCommands } from './service-accounts.ts'
import { createSession, type Io } from './session.ts'
import { addSigningKeyCommands } from './signing-keys.ts'
import { addUserCommands } from './users.ts'

/** Runs one command line (without the program's name) and returns the exit status. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  const session = createSession(io)
  const program = new Command('keygrant')
    .description('Administers a Keygrant server, on its host. It reads the same settings as the server.')
    .showHelpAfterError('(see --help)')
    .addHelpText('after', exitCodesHelp)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .exitOverride()
  addUserCommands(program, session)
  addOrganizationCommands(program, session)
  addMemberCommands(program, session)
  addServiceAccountCommands(program, session)
  addClientCommands(program, session)
  addKeyCommands(program, session)
  addApplyCommand(program, session)
  addSigningKeyCommands(program, session)
  addMigrateCommand(program, session)
  addDoctorCommand(program, session)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  }
  return session.exitCode
}
