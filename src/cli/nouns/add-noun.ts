/** From a noun's table to its commands. */
import { Argument as CommandArgument, Option, type Command } from 'commander'
import { usageFailure } from '../failure.ts'
import { hostOnlyWords } from '../host/on-host.ts'
import { jsonOf } from '../json-input.ts'
import { operations, type Operation } from '../operations/operation.ts'
import type { Session } from '../session.ts'
import { flagsOf, type Flag } from './flags.ts'
import type { Argument, Noun, Row, Verb } from './noun.ts'
import { performVerb, type Typed } from './perform.ts'

/** Adds the noun with its verbs to the program. */
export function addNoun(program: Command, noun: Noun, session: Session): Command {
  const does = noun.hostOnly === undefined ? noun.does : hostOnlyWords(noun.does)
  const command = program.command(noun.name).description(does)
  for (const [name, verb] of Object.entries(noun.verbs)) addVerb(command, noun, name, verb, session)
  return command
}

function addVerb(parent: Command, noun: Noun, name: string, verb: Verb, { run }: Session): void {
  const operation = operationOf(verb)
  const args = argumentsOf(verb)
  const isList = isListRoute(verb, operation)
  const switched = (verb.switches ?? []).filter(({ field }) => operation.body?.[field]?.kind === 'boolean')
  const decided = new Set([
    ...args.map(({ field }) => field),
    ...Object.keys(verb.body ?? {}).filter((field) => verb.flags?.[field] === undefined),
    ...switched.map(({ field }) => field),
    ...(isList ? ['limit', 'cursor'] : []),
  ])
  const query = flagsOf(operation.query ?? {}, verb, decided)
  const body = flagsOf(operation.body ?? {}, verb, decided)
  const command = parent.command(name).description(verb.does)
  for (const { name: shown, field } of args) command.addArgument(argumentOf(shown, operation.body?.[field]?.choices))
  for (const flag of [...query.values(), ...body.values()]) flag.options.forEach((option) => command.addOption(option))
  for (const { flag, does } of verb.switches ?? []) command.option(flag, does)
  if (verb.instead) command.option(verb.instead.flag, hostOnlyWords(verb.instead.does))
  if (body.size > 0) {
    const said = 'all of it as the API takes it, or @ and a file with that; flags come over it'
    command.addOption(new Option('--body <json>', said).argParser(jsonOf))
  }
  if (isList) {
    command.addOption(new Option('--limit <count>', 'how many at most').default(200).argParser(countOf))
    command.option('--cursor <cursor>', 'go on where an answer ended: its next_cursor')
  }
  command.option('--json', 'print JSON')
  if (verb.help !== undefined) command.addHelpText('after', verb.help)
  command.action(
    run(async (io, ...rest: unknown[]) => {
      const given = Object.fromEntries(args.map(({ field }, index) => [field, String(rest[index])]))
      const typed: Typed = {
        given,
        query: typedOf(query, command),
        body: { ...typedOf(body, command), ...switchesOf(verb, body, command) },
        whole: command.getOptionValue('body') as unknown,
        instead: verb.instead !== undefined && command.getOptionValue(attributeOf(verb.instead.flag)) === true,
        limit: command.getOptionValue('limit') as number | undefined,
        cursor: command.getOptionValue('cursor') as string | undefined,
      }
      await performVerb(io, { noun, name, verb, operation, args, isList, flags: body, queryFlags: query }, typed)
    }),
  )
}

/** @throws for a verb whose route is not there: a fault of the table, which a test finds */
function operationOf({ route }: Verb): Operation {
  const operation = operations[route]
  if (!operation) throw new Error(`${route} is not in operations.json: npm run cli:describe`)
  return operation
}

function argumentsOf({ route, arguments: named }: Verb): readonly Argument[] {
  return named ?? [...route.matchAll(/:([a-z_]+)/g)].map(([, field = '']) => ({ name: field, field }))
}

const isListRoute = ({ route }: Verb, { query }: Operation): boolean =>
  route.startsWith('GET ') && query?.['cursor'] !== undefined

function typedOf(flags: ReadonlyMap<string, Flag>, command: Command): Row {
  const entries = [...flags].map(([field, flag]) => [field, flag.read(command)] as const)
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** @throws {CommandFailure} for two that say different things */
function switchesOf({ switches = [] }: Verb, flags: ReadonlyMap<string, Flag>, command: Command): Row {
  const on = switches.filter(({ flag }) => command.getOptionValue(attributeOf(flag)) === true)
  for (const { flag, field, value } of on) {
    const other = on.find((one) => one.field === field && one.value !== value)
    if (other) throw usageFailure(`${flag} contradicts ${other.flag}.`)
    const said = flags.get(field)?.read(command)
    if (said !== undefined && said !== value) throw usageFailure(`${flag} contradicts ${flags.get(field)?.name}.`)
  }
  return Object.fromEntries(on.map(({ field, value }) => [field, value]))
}

function argumentOf(name: string, choices: readonly (string | number)[] | undefined): CommandArgument {
  const argument = new CommandArgument(`<${name}>`)
  return choices ? argument.choices(choices.map(String)) : argument
}

const attributeOf = (flag: string): string => new Option(flag).attributeName()

function countOf(text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0) return count
  throw usageFailure('--limit is a number above 0.')
}
