/** What may be typed where: the tree of commands as the shells' scripts need it. */
import type { Command } from 'commander'

export interface Flag {
  /** `--environment`. */
  name: string
  does: string
  hidden: boolean
  /** Null: it takes no value. Empty: it takes any. */
  values: readonly string[] | null
}

/** Of an argument: the words that it may be, or the name of a file. */
export type ArgumentValues = readonly string[] | 'file'

export interface Place {
  /** `keys create`; empty for the command itself. */
  path: string
  words: readonly { name: string; does: string }[]
  flags: readonly Flag[]
  arguments: readonly ArgumentValues[]
}

export function placesOf(program: Command): Place[] {
  return placesBelow(program, '')
}

function placesBelow(command: Command, path: string): Place[] {
  const place: Place = {
    path,
    words: command.commands.map((one) => ({ name: one.name(), does: oneLine(one.description()) })),
    flags: [
      ...command.options.map((option) => ({
        name: option.long ?? '',
        does: oneLine(option.description),
        hidden: option.hidden,
        values: option.required ? (option.argChoices ?? []) : null,
      })),
      { name: '--help', does: 'display help for command', hidden: false, values: null },
    ],
    arguments: command.registeredArguments.map((one) => (one.name() === 'file' ? 'file' : (one.argChoices ?? []))),
  }
  return [
    place,
    ...command.commands.flatMap((one) => placesBelow(one, path === '' ? one.name() : `${path} ${one.name()}`)),
  ]
}

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ')
