/** Examples out of what a server has answered: the same at every run, and nothing in them works anywhere. */
import { writeFile } from 'node:fs/promises'
import { format } from 'prettier'
import { examplesFile } from '../../src/assembly/api-description.ts'
import type { Examples, OperationExample } from '../../src/http/api/openapi/described-operation.ts'
import { idPrefixes } from '../../src/platform/ids.ts'
import type { Reply } from '../support/api.ts'
import { began, type Exchange } from './walk.ts'

const id = new RegExp(`\\b(${Object.keys(idPrefixes).join('|')})_[0-7][0-9a-hjkmnp-tv-z]{25}\\b`, 'g')
/** Of nothing but zeros: the management API itself. */
const builtIn = /_0{26}$/

/** What differs from run to run, and what stands for it: the first of its kind, the second, and so on. */
const replaced: readonly [RegExp, (text: string, number: number) => string][] = [
  [
    id,
    (text, number) => (builtIn.test(text) ? text : `${text.slice(0, 3)}_01kexamp1e${String(number).padStart(16, '0')}`),
  ],
  [/\b[a-z][a-z0-9]*_(?:live|test)_[0-9A-Za-z]{36}\b/g, (_, number) => `kg_live_EXAMPLE-${number}`],
  [/\bwhsec_[\w+/]{43}=/g, (_, number) => `whsec_EXAMPLE-${number}`],
  [/\bkgcs_[\w-]{43}/g, (_, number) => `kgcs_EXAMPLE-${number}`],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, () => '00000000-0000-4000-8000-000000000000'],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/g, (text) => (isOfToday(text) ? new Date(began).toISOString() : text)],
  [/http:\/\/localhost:\d+/g, () => 'https://auth.example.com'],
]

/** Where the database says when, it doesn't know of the walk's clock. */
const isOfToday = (text: string) => Math.abs(Date.parse(text) - Date.now()) < 86_400_000

/** Texts that say nothing by their looks, by the name of their field. */
const opaque: Readonly<Record<string, string>> = {
  hint: 'k3y9',
  kid: 'EXAMPLE-1',
  n: 'EXAMPLE',
  x: 'EXAMPLE',
  y: 'EXAMPLE',
}

const algorithmOf = (value: unknown): string => (value as { algorithm?: string } | null)?.algorithm ?? ''

function createMask(): (value: unknown, name?: string) => unknown {
  const known = new Map<string, string>()
  const counts = new Map<string, number>()

  function text(value: string): string {
    return replaced.reduce(
      (whole, [pattern, instead]) =>
        whole.replaceAll(pattern, (found) => {
          const kind = pattern === id ? found.slice(0, 3) : pattern.source
          const number = (counts.get(kind) ?? 0) + 1
          const stands = known.get(found) ?? instead(found, number)
          if (!known.has(found)) counts.set(kind, number)
          known.set(found, stands)
          return stands
        }),
      value,
    )
  }

  function mask(value: unknown, name = ''): unknown {
    if (typeof value === 'string') {
      if (opaque[name] !== undefined) return opaque[name]
      return name === 'next_cursor' ? cursor(value) : text(value)
    }
    if (Array.isArray(value)) return ordered(value).map((one) => mask(one, name))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [text(key), mask(inner, key)]))
  }

  /** Signing keys of one moment come in the order of their random names. */
  const ordered = (values: unknown[]) =>
    values.toSorted((one, other) =>
      algorithmOf(one) < algorithmOf(other) ? -1 : algorithmOf(one) > algorithmOf(other) ? 1 : 0,
    )

  /** Holds the time and the id of the last row. */
  const cursor = (value: string) => {
    const inner = text(Buffer.from(value, 'base64url').toString())
    return Buffer.from(inner).toString('base64url')
  }

  return mask
}

export function examplesOf(exchanges: readonly Exchange[], refused: readonly Reply[]): Examples {
  const mask = createMask()
  const operations = exchanges.map(({ operation, sent, reply }) => {
    const { params = {}, query = {}, body } = sent
    const example: OperationExample = {
      ...(Object.keys(params).length > 0 ? { params } : {}),
      ...(Object.keys(query).length > 0 ? { query } : {}),
      ...(operation.hasBody ? { body: body ?? {} } : {}),
      status: reply.status,
      ...(typeof reply.body === 'object' && operation.id !== 'getDescription' ? { answer: reply.body as unknown } : {}),
    }
    return [operation.id, mask(example)] as const
  })
  const problems = refused.map(({ body }) => [(body as { code: string }).code, mask(body)] as const)
  return {
    operations: Object.fromEntries(operations) as Examples['operations'],
    // The first of each code.
    problems: Object.fromEntries(problems.toReversed().toSorted(([one], [other]) => (one < other ? -1 : 1))),
  }
}

export async function writeExamples(examples: Examples): Promise<void> {
  await writeFile(examplesFile, await format(JSON.stringify(examples), { parser: 'json', printWidth: 120 }))
}
