/** The command as a whole: which nouns and verbs there are. */
import { Command, CommanderError } from 'commander'
import { addApplyCommand } from './apply.ts'
import { addCompletionCommand } from './completion/completion.ts'
import { addDoctorCommand } from './doctor.ts'
import { exitCodes, exitCodesHelp } from './exit-codes.ts'
import { addExportCommand } from './export.ts'
import { addGenerateKey } from './generate-key.ts'
import { addHostAuditCommands } from './host/audit.ts'
import { addHostUserCommands } from './host/users.ts'
import { addClientImport, addKeyImport, addUserImport } from './import/commands.ts'
import { addLeakPatterns } from './leaks.ts'
import { addMigrateCommand } from './migrate.ts'
import { addNoun } from './nouns/add-noun.ts'
import { nouns } from './nouns/nouns.ts'
import { createSession, type Io, type Session } from './session.ts'
import { addWebhookCommands } from './webhooks/commands.ts'

const remoteHelp = `
On the server's host the command reads the same settings as the server. From elsewhere it works over HTTPS, with the
rights of an API key: set KEYGRANT_URL to where the API is, and KEYGRANT_API_KEY.`

/** What a noun can do besides what the API does. */
const besides: Readonly<Record<string, (noun: Command, session: Session) => void>> = {
  users(noun, session) {
    addHostUserCommands(noun, session)
    addUserImport(noun, session)
  },
  keys(noun, session) {
    addGenerateKey(noun, session)
    addKeyImport(noun, session)
  },
  clients: addClientImport,
  audit: addHostAuditCommands,
  webhooks: addWebhookCommands,
  leaks: addLeakPatterns,
}

export function createProgram(session: Session, io: Pick<Io, 'stdout' | 'stderr'>): Command {
  const program = new Command('keygrant')
    .description('Administers a Keygrant server.')
    .showHelpAfterError('(see --help)')
    .addHelpText('after', remoteHelp)
    .addHelpText('after', exitCodesHelp)
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
    })
    .exitOverride()
  for (const noun of nouns) {
    const command = addNoun(program, noun, session)
    besides[noun.name]?.(command, session)
  }
  addApplyCommand(program, session)
  addExportCommand(program, session)
  addMigrateCommand(program, session)
  addDoctorCommand(program, session)
  addCompletionCommand(program, session)
  return program
}

/** Runs one command line (without the program's name) and returns the exit status. */
export async function runCommandLine(args: readonly string[], io: Io): Promise<number> {
  const session = createSession(io)
  const program = createProgram(session, io)
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  }
  return session.exitCode
}
