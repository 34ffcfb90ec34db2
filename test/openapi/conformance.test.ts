/** The description of the API is the contract: everything in it is called, and every answer is held against it. */
import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { examplesFile } from '../../src/assembly/api-description.ts'
import { rows } from '../isolation/route-table.ts'
import type { Reply } from '../support/api.ts'
import type { ContractOperation } from './contract.ts'
import { examplesOf, writeExamples } from './examples.ts'
import { steps } from './steps.ts'
import { isOpen, openWalkStage, takesIdempotencyKey, walk, type Exchange, type Sent, type WalkStage } from './walk.ts'

let stage: WalkStage
let exchanges: Exchange[]
/** What was refused, for the examples. */
const refused: Reply[] = []
/** `npm run openapi:examples` writes what this walk has seen into the description, and then looks at it. */
const writes = process.env['EXAMPLES'] === 'write'
beforeAll(async () => {
  stage = await openWalkStage()
  exchanges = await walk(stage)
  if (!writes) return
  await writeExamples(examplesOf(exchanges, []))
  await stage.readAgain()
})
afterAll(async () => {
  if (writes) await writeExamples(examplesOf(exchanges, refused))
  await stage[Symbol.asyncDispose]()
})

const ids = () => stage.contract.operations.map(({ id }) => id)
const exchangeOf = (id: string) => exchanges.find(({ operation }) => operation.id === id)

test('every operation of the description has a step in steps.ts, and each step an operation', () => {
  const stepped = steps.map(({ operation }) => operation)
  const missing = ids().filter((id) => !stepped.includes(id))
  expect(missing, `add a line to test/openapi/steps.ts for: ${missing.join(', ')}`).toEqual([])
  expect(stepped.filter((id) => !ids().includes(id))).toEqual([])
  expect(new Set(stepped).size).toBe(stepped.length)
})

test('describes every route that strangers are kept from, and what is open to everybody', () => {
  const described = stage.contract.operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`)
  const known = rows.map(({ route }) => route.replaceAll(/:([a-z_]+)/g, '{$1}'))
  const besides = ['GET /v1/openapi.json', 'GET /v1/check/@{policy}/{path}']
  expect(described.toSorted()).toEqual([...known, ...besides].toSorted())
})

test.for(steps)('$operation takes what is described, and is answered as described', ({ operation: id }) => {
  const { step, operation, sent, reply } = exchangeOf(id)!
  const { contract } = stage
  expect({ status: reply.status, body: reply.body }).toMatchObject({ status: step.status ?? operation.success })
  expect(contract.answerFaults(operation, reply)).toEqual([])
  expect(contract.parameterFaults(operation, 'path', sent.params ?? {})).toEqual([])
  expect(contract.parameterFaults(operation, 'query', sent.query ?? {})).toEqual([])
  if (operation.hasBody) expect(contract.bodyFaults(operation, sent.body ?? {})).toEqual([])
  if (step.status !== undefined) refused.push(reply)
})

const lines = 'application/x-ndjson'

/** What is wrong with a request, by what is then answered. */
interface Wrong {
  status: number
  code: string
  applies(operation: ContractOperation): boolean
  spoil(sent: Sent, operation: ContractOperation): Sent
}

const closes = (operation: ContractOperation) => !isOpen(operation)
const isTable = (operation: ContractOperation) => closes(operation) && !operation.isBodiless
/** A message that another signs is the other's, and may say more than we know. */
const takesOurs = ({ hasBody, node }: ContractOperation) => hasBody && node['x-signed'] !== true
const scopeOf = ({ node }: ContractOperation): string | undefined => node['x-required-scope']
const unknownField = { nonsense: 1 }

const wrongs: Record<string, Wrong> = {
  'without a credential': {
    status: 401,
    code: 'missing',
    applies: closes,
    spoil: (sent) => ({ ...sent, credential: undefined }),
  },
  'with a mistyped key': {
    status: 401,
    code: 'malformed',
    applies: closes,
    spoil: (sent) => ({ ...sent, credential: `kg_live_${'A'.repeat(36)}` }),
  },
  'without its scope': {
    status: 403,
    code: 'insufficient_scope',
    applies: (operation) => scopeOf(operation) !== undefined,
    spoil: (sent) => ({ ...sent, credential: stage.powerless }),
  },
  'with an unknown parameter': {
    status: 400,
    code: 'bad_request',
    applies: isTable,
    spoil: (sent) => ({ ...sent, query: { ...sent.query, nonsense: '1' } }),
  },
  'with an unknown field': {
    status: 400,
    code: 'bad_request',
    applies: takesOurs,
    spoil: (sent) => ({ ...sent, body: { ...(sent.body as object), ...unknownField } }),
  },
  'with a body of another kind': {
    status: 415,
    code: 'unsupported_media_type',
    applies: ({ hasBody }) => hasBody,
    spoil: (sent) => ({ ...sent, text: 'nonsense', headers: { ...sent.headers, 'content-type': 'text/plain' } }),
  },
  'a second time with its Idempotency-Key, and another body': {
    status: 422,
    code: 'idempotency_key_reused',
    applies: (operation) => operation.hasBody && takesIdempotencyKey(operation),
    // The same to whoever reads it.
    spoil: (sent) => ({
      ...sent,
      text: ` ${JSON.stringify(sent.body ?? {})}`,
      headers: { ...sent.headers, 'content-type': 'application/json' },
    }),
  },
}

describe.for(Object.entries(wrongs))('a request %s', ([, { status, code, applies, spoil }]) => {
  test(`is refused by every operation as described: ${status} ${code}`, async () => {
    const faults: string[] = []
    const asked = exchanges.filter(({ operation }) => applies(operation))
    for (const { operation, sent } of asked) {
      const reply = await stage.ask(operation, spoil(sent, operation))
      faults.push(...stage.contract.answerFaults(operation, reply))
      const told: unknown = operation.isBodiless ? reply.headers['x-auth-code'] : reply.body.code
      if (reply.status !== status || told !== code)
        faults.push(`${operation.id} answers ${reply.status} ${String(told)}`)
      if (!operation.isBodiless) refused.push(reply)
    }
    expect(asked.length).toBeGreaterThan(0)
    expect(faults).toEqual([])
  })
})

test('a field that the server refuses as unknown is refused by the description, too, and named', async () => {
  const faults: string[] = []
  for (const { operation, sent } of exchanges.filter((one) => takesOurs(one.operation))) {
    const body = { ...(sent.body as object), ...unknownField }
    if (stage.contract.bodyFaults(operation, body).length === 0) faults.push(`${operation.id} is described as open`)
    const reply = await stage.ask(operation, { ...sent, body })
    const named = reply.body.errors?.some((error: { path: string }) => error.path === '/nonsense')
    if (!named) faults.push(`${operation.id} doesn’t name it`)
  }
  expect(faults).toEqual([])
})

test('what is not there is answered as described by every operation that names something', async () => {
  const faults: string[] = []
  const naming = exchanges.filter(({ sent: { params = {} } }) => Object.keys(params).length > 0)
  for (const { operation, sent } of naming.filter(({ operation: { isBodiless } }) => !isBodiless)) {
    const params = Object.fromEntries(Object.keys(sent.params ?? {}).map((name) => [name, 'nothing']))
    const reply = await stage.ask(operation, { ...sent, params, headers: {} })
    faults.push(...stage.contract.answerFaults(operation, reply))
    refused.push(reply)
  }
  expect(faults).toEqual([])
})

test('whoever has nothing left to spend gets a 429 from what is charged, as described, and from nothing else', async () => {
  const faults: string[] = []
  for (const { operation, sent } of exchanges.filter((one) => isTable(one.operation))) {
    const reply = await stage.ask(operation, { ...sent, credential: stage.spent })
    const { description } = operation.node as { description: string }
    const isFree = description.includes('isn’t charged')
    // The first of them spends what there is.
    if (operation === exchanges.find((one) => isTable(one.operation))?.operation) continue
    if (isFree === (reply.status === 429)) faults.push(`${operation.id} answers ${reply.status}`)
    faults.push(...stage.contract.answerFaults(operation, reply))
    refused.push(reply)
  }
  expect(faults).toEqual([])
})

test('an export is of lines that are each as in a list', async () => {
  const listing = exchanges.filter(({ operation: { node, success } }) => node.responses[success].content?.[lines])
  expect(listing.length).toBeGreaterThan(0)
  for (const { operation, sent } of listing) {
    const reply = await stage.ask(operation, { ...sent, headers: { accept: lines } })
    expect(reply.headers['content-type']).toBe(lines)
    expect(stage.contract.answerFaults(operation, reply)).toEqual([])
    const data = (reply.body as string)
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    const list = { ...reply, headers: { ...reply.headers, 'content-type': 'application/json' } }
    expect(stage.contract.answerFaults(operation, { ...list, body: { data, next_cursor: null } })).toEqual([])
  }
})

test('an answer given again is marked as described', async () => {
  const faults: string[] = []
  for (const { operation, sent } of exchanges.filter((one) => takesIdempotencyKey(one.operation))) {
    const reply = await stage.ask(operation, sent)
    faults.push(...stage.contract.answerFaults(operation, reply))
    if (reply.headers['idempotency-replayed'] !== 'true') faults.push(`${operation.id} answers ${reply.status} anew`)
  }
  expect(faults).toEqual([])
})

describe('the examples', () => {
  const operations = () => stage.contract.operations
  const answers = ({ node, success }: ContractOperation) =>
    Object.values<{ example?: unknown; schema: { type?: string } }>(node.responses[success].content ?? {})

  test('there is one of every request and every answer; npm run openapi:examples makes them', () => {
    const without = operations().filter((operation) => {
      const { id, node, hasBody } = operation
      // It would hold itself.
      if (id === 'getDescription') return false
      const asked = !hasBody || node.requestBody.content['application/json'].example !== undefined
      const isTold = answers(operation).every(
        ({ example, schema }) => example !== undefined || schema.type === 'string',
      )
      return !asked || !(isTold || exchangeOf(id)?.step.status !== undefined)
    })
    expect(without.map(({ id }) => id)).toEqual([])
  })

  test('are what the description says', () => {
    const faults = operations().flatMap((operation) => {
      const { node, success, hasBody } = operation
      const json = node.responses[success].content?.['application/json']
      const headers = { 'content-type': 'application/json' }
      const body = hasBody ? node.requestBody.content['application/json'].example : undefined
      return [
        ...(hasBody ? stage.contract.bodyFaults(operation, body) : []),
        ...(json?.example === undefined
          ? []
          : stage.contract.answerFaults(operation, { status: success, headers, body: json.example })),
      ]
    })
    // An example is of a body.
    expect(faults.filter((fault) => !/: has no [\w-]+$/.test(fault))).toEqual([])
  })

  test('hold nothing that looks like a secret, nor where they were made', async () => {
    const text = await readFile(examplesFile, 'utf8')
    expect(text).not.toMatch(/localhost|_(?:live|test)_\w{9}|kgcs_\w{9}|eyJ/)
  })
})
