/** `keygrant keys import`, `users import` and `clients import`: what other systems have, brought along. */
import { Option, type Command } from 'commander'
import { operations } from '../operations/operation.ts'
import type { Session } from '../session.ts'
import { formats } from './read-rows.ts'

/** Where other products' exports come from: each is read by a converter of its own (converters.ts). */
const sources = { users: ['keycloak', 'auth0', 'firebase'], clients: ['hydra', 'keycloak'] } as const

export function addKeyImport(keys: Command, { run }: Session): void {
  const route = 'POST /v1/keys/import'
  addImport(keys, route, 'bring API keys of another system along, by their hashes or in plain text')
    .option('--organization <id>', 'whose they are, where a row does not say it')
    .option('--hash-keys <file>', 'JSON with the secrets that hmac-sha256 hashes were made with')
    .action(run(async (io, file: string, options: object) => (await work()).importFile(io, route, file, options)))
}

export function addUserImport(users: Command, { run }: Session): void {
  const route = 'POST /v1/users/import'
  addImport(users, route, 'bring people of another system along, with the hashes of their passwords')
    .addOption(new Option('--from <system>', 'the file is an export of this one').choices(sources.users))
    .option('--hash-config <file>', "of a Firebase project: the console's password hash parameters")
    .option('--hash-keys <file>', 'JSON with the keys that the rows refer to')
    .action(run(async (io, file: string, options: object) => (await work()).importFile(io, route, file, options)))
}

export function addClientImport(clients: Command, { run }: Session): void {
  const route = 'POST /v1/clients/import'
  addImport(clients, route, 'bring OAuth clients of another server along, with their ids and secrets')
    .addOption(new Option('--from <system>', 'the file is an export of this one').choices(sources.clients))
    .action(run(async (io, file: string, options: object) => (await work()).importFile(io, route, file, options)))
}

const work = () => import('./import-file.ts')

function addImport(noun: Command, route: string, does: string): Command {
  const fields = Object.keys(operations[route]?.rows ?? {})
  return noun
    .command('import')
    .description(does)
    .argument('<file>')
    .addOption(new Option('--format <format>', 'what FILE is, where it does not say it itself').choices(formats))
    .option('--dry-run', 'only say what would happen')
    .option('--json', 'print JSON')
    .addHelpText('after', help(fields))
}

const help = (fields: readonly string[]) => `
FILE is a JSON array of rows, a row a line (NDJSON), or CSV with the names of the fields in its first line; - is stdin.
Each row stands or falls by itself. What is there already, just so, is left as it is, so that the same file may be sent
again. The exit status is 1 if a row failed. A row may have:
${wrapped(fields).join('\n')}`

function wrapped(names: readonly string[]): string[] {
  const lines: string[] = []
  for (const name of names) {
    const last = lines.at(-1)
    if (last === undefined || last.length + name.length > 110) lines.push(`  ${name}`)
    else lines[lines.length - 1] = `${last} ${name}`
  }
  return lines
}
