/** How each command runs: with its output, and with every failure told in words and by the exit status. */
import type { Writable } from 'node:stream'
import type { ApiClient } from './api/client.ts'
import { exitCodes } from './exit-codes.ts'
import { CommandFailure } from './failure.ts'
import { createOutput, type Output } from './output.ts'
import type { Input } from './terminal.ts'

/** What a command has to do with the world besides its configuration and database. */
export interface Io {
  stdin: Input
  stdout: Writable
  stderr: Writable
  /** One that is open already, for whoever runs many commands in one process; it is not closed. */
  api?: ApiClient
}

export interface CommandIo extends Io {
  output: Output
}

/** A command's work; the status that it returns is the exit status, and 0 if it returns none. */
export type Work<Args extends unknown[]> = (io: CommandIo, ...args: Args) => Promise<number | void>

export interface Session {
  /**
   * Makes commander's action of a command's work. Commander calls it with the arguments, then the options (of which
   * `json` says how to print), then the command itself.
   */
  run: <Args extends unknown[]>(work: Work<Args>) => (...args: [...Args, ...unknown[]]) => Promise<void>
  /** 0 until a command has run. */
  readonly exitCode: number
}

export function createSession(io: Io): Session {
  let exitCode = 0
  return {
    run:
      (work) =>
      async (...args) => {
        const json = args.some(
          (arg) => typeof arg === 'object' && arg !== null && (arg as { json?: unknown }).json === true,
        )
        const output = createOutput({ json, ...io })
        try {
          exitCode = (await work({ ...io, output }, ...(args as never))) ?? 0
        } catch (error) {
          output.note(await textOf(error))
          exitCode = error instanceof CommandFailure ? error.exitCode : exitCodes.fault
        }
      },
    get exitCode() {
      return exitCode
    },
  }
}

/** What explains the other failures knows the whole program, which a command that ends in words of its own needn't load. */
async function textOf(error: unknown): Promise<string> {
  if (error instanceof CommandFailure) return error.message
  const { describeFailure } = await import('./describe-failure.ts')
  return describeFailure(error)
}
