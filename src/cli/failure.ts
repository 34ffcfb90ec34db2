/** Why a command could not be carried out, as one clear line (or a few) for whoever typed it. */
import { ConfigurationError } from '../config.ts'
import { Problem } from '../http/problem.ts'
import { isDatabaseUnavailable } from '../platform/database-unavailable.ts'
import { EmbeddedDatabaseError } from '../platform/embedded-error.ts'
import { SecretKeyMismatch } from '../platform/installation.ts'
import { MigrationError } from '../platform/migrate.ts'
import { exitCodes } from './exit-codes.ts'

/** Something that people can mend: the message says how. */
export class CommandFailure extends Error {
  override name = 'CommandFailure'
  readonly exitCode: number

  constructor(message: string, exitCode: number = exitCodes.fault) {
    super(message)
    this.exitCode = exitCode
  }
}

/** The command line asks for something that makes no sense. */
export function usageFailure(message: string): CommandFailure {
  return new CommandFailure(message, exitCodes.usage)
}

/** Faults whose messages already say what to do. */
const forPeople = [ConfigurationError, MigrationError, EmbeddedDatabaseError, SecretKeyMismatch] as const

/** The text for stderr. Of a fault that nobody foresaw the stack is given too, since there is no log to look into. */
export function describeFailure(error: unknown): { text: string; exitCode: number } {
  if (error instanceof CommandFailure) return { text: error.message, exitCode: error.exitCode }
  if (error instanceof Problem) return { text: problemText(error), exitCode: exitCodes.fault }
  if (error instanceof Error && forPeople.some((kind) => error instanceof kind)) {
    return { text: error.message, exitCode: exitCodes.fault }
  }
  if (isDatabaseUnavailable(error)) {
    const text = 'The database does not answer. See that it runs and that DATABASE_URL is right, then try again.'
    return { text, exitCode: exitCodes.fault }
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return { text: withoutPasswords(`This is a fault of keygrant itself:\n${text}`), exitCode: exitCodes.fault }
}

/** What the API would answer, a fault a line. */
function problemText({ message, errors }: Problem): string {
  if (errors.length === 0) return message
  return errors.map(({ path, message: fault }) => `${path.slice(1).replaceAll('/', '.')}: ${fault}`).join('\n')
}

/** Drivers put connection URLs into their messages. */
function withoutPasswords(text: string): string {
  return text.replaceAll(/\/\/[^\s/@]+@/g, '//[redacted]@')
}
