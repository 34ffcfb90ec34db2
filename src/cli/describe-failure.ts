/** What is said of a failure that no command foresaw in its own words: those of the parts below, and faults of the program itself. */
import { ConfigurationError } from '../config.ts'
import { Problem } from '../http/problem.ts'
import { isDatabaseUnavailable } from '../platform/database-unavailable.ts'
import { EmbeddedDatabaseError } from '../platform/embedded-error.ts'
import { SecretKeyMismatch } from '../platform/installation.ts'
import { MigrationError } from '../platform/migrate.ts'

/** Faults whose messages already say what to do. */
const forPeople = [ConfigurationError, MigrationError, EmbeddedDatabaseError, SecretKeyMismatch] as const

/** The text for stderr. Of a fault that nobody foresaw the stack is given too, since there is no log to look into. */
export function describeFailure(error: unknown): string {
  if (error instanceof Problem) return problemText(error)
  if (error instanceof Error && forPeople.some((kind) => error instanceof kind)) return error.message
  if (isDatabaseUnavailable(error)) {
    return 'The database does not answer. See that it runs and that DATABASE_URL is right, then try again.'
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return withoutPasswords(`This is a fault of keygrant itself:\n${text}`)
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
