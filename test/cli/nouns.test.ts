import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { apiDescription } from '../../src/assembly/api-description.ts'
import { exitCodes } from '../../src/cli/exit-codes.ts'
import { operationsFile } from '../../src/cli/operations/describe.ts'
import { operations } from '../../src/cli/operations/operation.ts'
import { routeTable } from '../../src/cli/operations/route-table.ts'
import { nouns } from '../../src/cli/nouns/nouns.ts'
import { createProgram } from '../../src/cli/program.ts'
import { withReference } from '../../src/cli/reference.ts'
import { createSession } from '../../src/cli/session.ts'

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
const io = { stdin: process.stdin, stdout: nowhere, stderr: nowhere }
const program = createProgram(createSession(io), io)
const routes = routeTable()

/** Commands of their own that do what a route does. */
const commands: Readonly<Record<string, string>> = {
  'POST /v1/apply': 'apply',
  'GET /v1/export': 'export',
  'POST /v1/keys/import': 'keys import',
  'POST /v1/users/import': 'users import',
  'POST /v1/clients/import': 'clients import',
  'POST /v1/users/:id/disable': 'users disable',
  'POST /v1/users/:id/enable': 'users enable',
  'POST /v1/users/:id/make-administrator': 'users make-admin',
  'POST /v1/users/:id/revoke-administrator': 'users demote',
  'POST /v1/users/:id/reset-password': 'users reset-password',
}

/** Why nobody types them. */
const forMachines: Readonly<Record<string, string>> = {
  'GET /v1/check': 'a gateway asks it for each request',
  'GET /v1/check/@:policy/:path': 'a gateway asks it for each request',
  'POST /v1/keys/verify': 'a gateway asks it for each request',
  'POST /v1/keys/verify-batch': 'the SDK asks it',
  'GET /v1/revocations': 'the SDK listens to it, for as long as it runs',
  'GET /v1/keys/self': 'a key asks it about itself: on the host there is none',
  'POST /v1/keys/self/rotate': 'a key does it with itself, where it is kept',
  'GET /v1/limits': 'a key asks it about itself: on the host there is none',
  'DELETE /v1/keys/:id': 'the same as POST /v1/keys/:id/revoke, without an answer',
  'POST /v1/leaks': 'GitHub sends it, and signs it',
  'GET /v1/openapi.json': 'generators read it',
}

const verbs = nouns.flatMap((noun) => Object.entries(noun.verbs).map(([name, verb]) => ({ noun, name, verb })))
const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap((one) => leaves(one))
const pathOf = (command: Command): string =>
  command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()

test('what the command knows of the routes is what they say: npm run cli:describe', () => {
  const file = readFileSync(new URL('../../src/cli/operations/operations.json', import.meta.url), 'utf8')
  expect(file).toBe(operationsFile(routes))
})

test('docs/cli.md has every command, its words and its route, and every exit status: npm run cli:describe', () => {
  const guide = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')
  expect(guide).toBe(withReference(guide, program, nouns))
  const statuses = [...guide.matchAll(/^\| (\d+) +\|/gm)].map(([, status]) => Number(status))
  expect(statuses).toEqual(Object.values(exitCodes))
})

test('every operation of the API can be done by a verb, or says why not', async () => {
  const config = { publicUrl: 'https://id.example.com', apiUrl: 'https://id.example.com' }
  const platform = { name: 'Acme', supportEmail: 'support@example.com' }
  const description = await apiDescription({ config, platform, routes })
  const paths = description['paths'] as Record<string, object>
  const all = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
  )
  const done = new Set([...verbs.map(({ verb }) => verb.route), ...Object.keys(commands), ...Object.keys(forMachines)])
  expect(all.filter((route) => !done.has(route))).toEqual([])
  const there = new Set(all)
  expect(
    [...verbs.map(({ verb }) => verb.route), ...Object.keys(forMachines)].filter((route) => !there.has(route)),
  ).toEqual([])
})

test('what stands for a route is a command', () => {
  const names = new Set(leaves(program).map(pathOf))
  const expected = Object.entries(commands).flatMap(([route, name]) => (route in operations ? [name] : []))
  expect(expected.filter((name) => !names.has(name))).toEqual([])
})

describe('every verb', () => {
  test('takes every field of its route, as an argument or by a flag, or has decided it', () => {
    const missing = verbs.flatMap(({ noun, name, verb }) => {
      const command = leaves(program).find((one) => pathOf(one) === `${noun.name} ${name}`)
      const { query = {}, body = {} } = operations[verb.route] ?? {}
      const typed = new Set(command?.options.map((option) => option.attributeName()))
      const isThere = (field: string) =>
        typed.has(field.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())) ||
        verb.arguments?.some((argument) => argument.field === field) ||
        verb.body?.[field] !== undefined ||
        verb.switches?.some((one) => one.field === field)
      return Object.keys({ ...query, ...body }).flatMap((field) =>
        isThere(field) ? [] : [`${noun.name} ${name}: ${field}`],
      )
    })
    expect(missing).toEqual([])
  })

  test('has words for whatever may be typed', () => {
    const wordless = leaves(program).flatMap((command) =>
      command.options.flatMap((option) =>
        option.hidden || option.description.trim().replace(/^\(.*\)$/, '') !== ''
          ? []
          : [`${pathOf(command)} ${option.flags}`],
      ),
    )
    expect(wordless).toEqual([])
  })

  test('prints JSON if it is asked to', () => {
    const without = leaves(program).filter((command) => !command.options.some(({ long }) => long === '--json'))
    expect(without.map(pathOf)).toEqual(['completion'])
  })
})
