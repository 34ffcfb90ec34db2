/** Runs a verb: what was typed becomes calls of the API, and their answers a document for machines or words for people. */
import { randomUUID } from 'node:crypto'
import { answerOf, pathOf, type ApiCall, type ApiClient } from '../api/client.ts'
import { openApi } from '../api/open.ts'
import { placeInInput, ProblemFailure, type PlaceOf } from '../api/problem-failure.ts'
import { isRemote } from '../api/remote-address.ts'
import { CommandFailure, hostOnlyFailure, usageFailure } from '../failure.ts'
import type { Operation } from '../operations/operation.ts'
import { printable } from '../output.ts'
import type { CommandIo } from '../session.ts'
import { readAll } from '../terminal.ts'
import { kebab, type Flag } from './flags.ts'
import { listText, oneText } from './text.ts'
import type { Argument, Noun, Row, Verb } from './noun.ts'

export interface Performed {
  noun: Noun
  name: string
  verb: Verb
  operation: Operation
  args: readonly Argument[]
  isList: boolean
  /** Of the body. */
  flags: ReadonlyMap<string, Flag>
  queryFlags: ReadonlyMap<string, Flag>
}

export interface Typed {
  /** Arguments, by field. */
  given: Readonly<Record<string, string>>
  query: Row
  body: Row
  /** `--body`. */
  whole: unknown
  instead: boolean
  limit: number | undefined
  cursor: string | undefined
}

/** The most that a page may have. */
const PAGE = 200

export async function performVerb(io: CommandIo, performed: Performed, typed: Typed): Promise<void> {
  const { noun, verb, isList } = performed
  if (noun.hostOnly !== undefined && isRemote()) throw hostOnlyFailure(noun.hostOnly)
  const body = performed.operation.body && (await bodyOf(io, performed, typed))
  if (typed.instead && verb.instead)
    return showOne(io, performed, typed, await insteadOf(verb.instead, typed, body ?? {}))
  await using api = await openApi(io)
  try {
    const call = await callOf(api, performed, typed, body)
    if (isList) return showList(io, performed, await listOf(api, call, typed))
    showOne(io, performed, typed, await answerOf<Row | null>(api, call))
  } catch (error) {
    if (!(error instanceof ProblemFailure)) throw error
    if (isPlainlyMissing(error)) throw notThere(performed, typed)
    throw new ProblemFailure(error.problem, placeTyped(performed, typed))
  }
}

async function insteadOf({ why, load }: NonNullable<Verb['instead']>, { given }: Typed, body: Row): Promise<Row> {
  if (isRemote()) throw hostOnlyFailure(why)
  const work = await load()
  return work(given, body)
}

/** What the verb begins with, then `--body` or stdin, then flags, each over the last. @throws {CommandFailure} */
async function bodyOf({ stdin }: CommandIo, performed: Performed, typed: Typed): Promise<Row> {
  const { given, body, whole } = typed
  const { verb, args, operation, flags } = performed
  const fields = operation.body ?? {}
  const named = args.filter(({ field }) => field in fields).map(({ field }) => [field, given[field]] as const)
  const base = isPiped(verb, typed)
    ? await bodyFromStdin(stdin, verb, flags)
    : whole === undefined
      ? {}
      : demandObject(whole, '--body')
  const all: Row = { ...verb.body, ...base, ...body, ...Object.fromEntries(named) }
  if (verb.route.startsWith('PATCH') && Object.keys(all).length === 0) {
    throw usageFailure('Say what to change: see --help.')
  }
  const missing = Object.entries(fields).filter(([name, { required }]) => required && all[name] === undefined)
  if (missing.length > 0) {
    throw usageFailure(missing.map(([name]) => `${flags.get(name)?.name ?? `--${kebab(name)}`} is missing.`).join('\n'))
  }
  return all
}

/** From stdin, where nothing was typed but what may not come from there. */
const isPiped = ({ stdinWithout }: Verb, { body, whole }: Typed): boolean =>
  stdinWithout !== undefined && whole === undefined && Object.keys(body).every((field) => stdinWithout.includes(field))

async function bodyFromStdin(stdin: CommandIo['stdin'], verb: Verb, flags: Performed['flags']): Promise<Row> {
  if (stdin.isTTY === true) throw usageFailure('Say what it is: by flags (see --help), or as JSON on stdin.')
  const text = await readAll(stdin)
  if (text.trim() === '') throw new CommandFailure('stdin is empty: JSON is expected there, or flags.')
  const base = demandObject(parsed(text), 'stdin')
  const refused = Object.keys(base).filter((name) => verb.stdinWithout?.includes(name))
  if (refused.length === 0) return base
  throw new CommandFailure(
    refused.map((name) => `${name} is not taken from stdin: only ${flags.get(name)?.name} sets it.`).join('\n'),
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new CommandFailure('stdin is not JSON.')
  }
}

function demandObject(value: unknown, where: string): Row {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Row
  throw new CommandFailure(`${where} is no JSON object.`)
}

async function callOf(
  api: ApiClient,
  { verb, args, operation }: Performed,
  { given, query }: Typed,
  body: Row | undefined,
): Promise<ApiCall> {
  const [method = '', pattern = ''] = verb.route.split(' ')
  const values: Record<string, string> = { ...given }
  for (const { field, person } of args) {
    if (person) values[field] = await personId(api, values[field] ?? '')
  }
  const inQuery = args.filter(({ field }) => operation.query && field in operation.query)
  const asked = { ...query, ...Object.fromEntries(inQuery.map(({ field }) => [field, values[field]])) }
  const people = args.filter(({ field, person }) => person && body && field in body)
  return {
    method: method as ApiCall['method'],
    path: pathOf(pattern, values),
    query: Object.fromEntries(Object.entries(asked).map(([name, value]) => [name, String(value)])),
    ...(body && { body: { ...body, ...Object.fromEntries(people.map(({ field }) => [field, values[field]])) } }),
    ...(operation.creates && { idempotencyKey: randomUUID() }),
  }
}

/** An address stands for whose it is. @throws {CommandFailure} */
async function personId(api: ApiClient, text: string): Promise<string> {
  if (!text.includes('@')) return text
  const { data } = await answerOf<{ data: readonly { id: string }[] }>(api, {
    method: 'GET',
    path: '/v1/users',
    query: { email: text },
  })
  const [found] = data
  if (found) return found.id
  throw new CommandFailure(`Nobody has the address ${printable(text)}. See: keygrant users list`)
}

interface List {
  data: Row[]
  next_cursor: string | null
}

/** Page by page, up to `--limit`. */
async function listOf(api: ApiClient, call: ApiCall, { limit = PAGE, cursor: from }: Typed): Promise<List> {
  const data: Row[] = []
  let cursor = from ?? null
  do {
    const query = {
      ...call.query,
      limit: String(Math.min(limit - data.length, PAGE)),
      ...(cursor !== null && { cursor }),
    }
    const page = await answerOf<List>(api, { ...call, query })
    data.push(...page.data)
    cursor = page.next_cursor
  } while (cursor !== null && data.length < limit)
  return { data, next_cursor: cursor }
}

function showList({ output }: CommandIo, { noun }: Performed, list: List): void {
  output.result(list, listText(noun, list.data))
  if (list.next_cursor !== null) output.remark('There are more: say --limit, or filter.')
}

function showOne({ output }: CommandIo, { noun, verb }: Performed, { given }: Typed, answer: Row | null): void {
  const row = answer ?? {}
  output.result(
    answer ?? { ...given, done: true },
    verb.said ? printable(verb.said(given, row)) : oneText(noun, verb, row),
  )
}

/** A fault is at the flag that was typed, or has to be; what came as JSON has the API's own names. */
function placeTyped({ verb, flags, queryFlags }: Performed, typed: Typed): PlaceOf {
  const { body, whole } = typed
  const onlyFlags = whole === undefined && !isPiped(verb, typed)
  return (path) => {
    const [field = '', ...within] = path.replace(/^\//, '').split('/')
    const inBody = path.startsWith('/')
    const flag = inBody ? (onlyFlags || field in body ? flags.get(field) : undefined) : queryFlags.get(field)
    if (!flag) return placeInInput(path)
    const values = body[field]
    const value: unknown = Array.isArray(values) ? values[Number(within[0])] : undefined
    return [flag.name, ...(typeof value === 'string' ? [value] : within)].join(' ')
  }
}

const isPlainlyMissing = ({ problem }: ProblemFailure): boolean =>
  problem.code === 'not_found' && problem.status === 404 && problem.detail === undefined

/** The API says no more than that: whose it is, is nobody else's business. */
function notThere({ noun, args }: Performed, { given }: Typed): CommandFailure {
  const [first, ...rest] = args
    .filter(({ of }) => of !== undefined)
    .map(({ name, field, of }) => ({ one: wordsOf(name), of, value: printable(given[field] ?? '') }))
  if (!first)
    return new CommandFailure(
      'There is no such API there. Is KEYGRANT_URL right, and is its Keygrant as new as this command?',
    )
  const second = rest.find(({ of }) => of === noun.name)
  const text = second
    ? `${first.value} isn't there, or has no ${second.one} ${second.value}. See: keygrant ${second.of} list ${first.value}`
    : `There is no ${first.one} ${first.value}. See: keygrant ${first.of} list`
  return new CommandFailure(text)
}

/** `service-account-id` is a service account. */
const wordsOf = (argument: string): string => argument.replace(/-id$/, '').replaceAll('-', ' ')
