/** Why a command could not be carried out: something that people can mend. */
import { exitCodes } from './exit-codes.ts'

/** The message says how, in one clear line or a few. */
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

/** What was asked for is not for elsewhere. `why` is a sentence. */
export function hostOnlyFailure(why: string): CommandFailure {
  return new CommandFailure(
    `${why} Run it on the server's host, without KEYGRANT_URL in the environment.`,
    exitCodes.hostOnly,
  )
}
