/** The part of docs/cli.md that says what there is: every noun and verb, and the route that it is. */
import type { Command } from 'commander'
import type { Noun } from './nouns/noun.ts'

const begin = '<!-- Made by npm run cli:describe. -->'
const end = '<!-- The end of what is made. -->'

/** The document with its reference as it should be. */
export function withReference(document: string, program: Command, nouns: readonly Noun[]): string {
  const [before = '', rest = ''] = document.split(begin)
  const [, after = ''] = rest.split(end)
  return `${before}${begin}\n\n${reference(program, nouns)}\n${end}${after}`
}

function reference(program: Command, nouns: readonly Noun[]): string {
  const routes = new Map(
    nouns.flatMap((noun) =>
      Object.entries(noun.verbs).map(([name, { route }]) => [`${noun.name} ${name}`, route] as const),
    ),
  )
  const grouped = program.commands.filter(({ commands }) => commands.length > 0)
  const alone = program.commands.filter(({ commands }) => commands.length === 0)
  return [
    ...grouped.map(
      (noun) => `### ${noun.name()}\n\n${capital(noun.description())}.\n\n${linesOf(noun.commands, noun, routes)}\n`,
    ),
    `### Without a noun\n\n${linesOf(alone, null, routes)}\n`,
  ].join('\n')
}

function linesOf(commands: readonly Command[], noun: Command | null, routes: ReadonlyMap<string, string>): string {
  return commands
    .map((command) => {
      const args = command.registeredArguments.map((one) => ` <${one.name()}>`).join('')
      const path = noun ? `${noun.name()} ${command.name()}` : command.name()
      const route = routes.get(path)
      return `- \`${path}${args}\`: ${command.description()}${route === undefined ? '' : ` (\`${route}\`)`}`
    })
    .join('\n')
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)
