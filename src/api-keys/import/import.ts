/**
 * Brings keys of another system along, by the hash that it has of them or in plain text: they go on working as they are.
 * An administrator moves whole platforms, so neither how many keys an organization may have nor how many it makes in an
 * hour holds here, nor how long a key may live: imported ones alone may be without an end.
 */
import { record, type AuditContext } from '../../audit/record.ts'
import {
  importAnswerOf,
  parseRow,
  type ImportAnswer,
  type ParsedRow,
  type RowResult,
} from '../../http/api/import-rows.ts'
import { inputProblem } from '../../http/api/input.ts'
import type { Tx } from '../../platform/database.ts'
import type { Asker } from '../asker.ts'
import type { KeyServices } from '../services.ts'
import { readFacts } from './facts.ts'
import { formatsOf } from './formats.ts'
import { hashKeyDigests, MOST_HASH_KEYS, restingHashKey, type RestingHashKey } from './hash-key.ts'
import { planRows, type Plan } from './plan.ts'
import type { PlannedKey } from './planned-key.ts'
import { readRow, type ImportRow, type rowFields } from './row.ts'
import { listFormats, listHashKeys, lockImports } from './store.ts'
import { writeImportedKeys, type UsedHashKeys, type WriteServices } from './write.ts'

export interface ImportServices extends WriteServices, Pick<KeyServices, 'clock' | 'secrets' | 'catalogue'> {
  /** KEY_PREFIX. */
  prefix: string
  /** What people's addresses are compared by. */
  emailKey: (email: string) => string
}

export interface WantedImport {
  rows: readonly unknown[]
  rowSchema: ReturnType<typeof rowFields>
  /** What the other system makes its HMACs with. */
  hashKeys: readonly Buffer[]
  defaultOrganizationId: string | null
  dryRun: boolean
}

/**
 * A row with a fault stops no other.
 * @throws {Problem} 400 for what is wrong with the whole
 */
export async function importApiKeys(
  tx: Tx,
  services: ImportServices,
  asker: Asker,
  wanted: WantedImport,
  context: AuditContext,
): Promise<ImportAnswer> {
  const { secrets, catalogue, emailKey } = services
  const { dryRun, defaultOrganizationId } = wanted
  const parsed = wanted.rows.map((row) => read(row, services, wanted))
  const rows = parsed.flatMap((one) => (one.ok ? [one.value] : []))

  await lockImports(tx)
  const hashKeys = await listHashKeys(tx)
  const formats = formatsOf(await listFormats(tx), hashKeys, secrets)
  const facts = await readFacts(tx, { secrets, formats, emailKey }, rows, defaultOrganizationId)
  if (!facts) {
    const message = 'is of no organization here'
    throw inputProblem({ path: '/default_organization_id', code: 'unknown_organization', message })
  }
  const hasHashKeys = wanted.hashKeys.length > 0
  const plans = planRows({ secrets, formats, emailKey, catalogue, asker, hasHashKeys }, facts, rows)
  const keys = plans.flatMap((plan) => (plan.outcome === 'created' ? [plan.key] : []))
  const needsHashKeys = keys.some(({ row }) => row.secret.as === 'hmac-sha256')
  const used = usedHashKeys(services, needsHashKeys ? wanted.hashKeys : [], hashKeys)
  const ids = dryRun ? [] : await writeImportedKeys(tx, services, keys, used, context)

  const made = new Map(keys.map((key, index) => [key, ids[index]]))
  const answer = importAnswerOf(
    dryRun,
    resultsOf(parsed, plans, (plan) => idOf(plan, made)),
  )
  if (!dryRun) {
    const event = { type: 'installation.api_keys_imported', id: 'installation', data: answer.counts } as const
    await record(tx, event, context)
  }
  return answer
}

function read(row: unknown, { prefix, clock }: ImportServices, { rowSchema }: WantedImport): ParsedRow<ImportRow> {
  const fields = parseRow(rowSchema, row)
  return fields.ok ? readRow(fields.value, { prefix, now: clock.now() }) : fields
}

/** Those that are here already, and those that are new. @throws {Problem} 400 for too many altogether */
function usedHashKeys(
  { secrets, clock }: Pick<ImportServices, 'secrets' | 'clock'>,
  given: readonly Buffer[],
  present: readonly RestingHashKey[],
): UsedHashKeys {
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
  const byDigest = new Map(present.map(({ id, digest }) => [hex(digest), id]))
  const known: string[] = []
  const fresh: RestingHashKey[] = []
  for (const key of new Map(given.map((bytes) => [hex(bytes), bytes])).values()) {
    const id = hashKeyDigests(secrets, key).flatMap((digest) => byDigest.get(hex(digest)) ?? [])[0]
    if (id === undefined) fresh.push(restingHashKey(secrets, key, clock))
    else known.push(id)
  }
  if (present.length + fresh.length > MOST_HASH_KEYS) {
    const message = `would be more than ${MOST_HASH_KEYS} altogether, with those that are here`
    throw inputProblem({ path: '/hash_keys', code: 'too_many', message })
  }
  return { ids: [...known, ...fresh.map(({ id }) => id)], fresh }
}

function idOf(plan: Plan, made: ReadonlyMap<PlannedKey, string | undefined>): string | undefined {
  if (plan.outcome === 'created') return made.get(plan.key)
  if (plan.outcome !== 'unchanged') return undefined
  return typeof plan.same === 'string' ? plan.same : made.get(plan.same)
}

/** One for each row as it came, in its order. */
function resultsOf(
  parsed: readonly ParsedRow<ImportRow>[],
  plans: readonly Plan[],
  idOfPlan: (plan: Plan) => string | undefined,
): RowResult[] {
  const left = plans.values()
  return parsed.map((one, row): RowResult => {
    if (!one.ok) return { row, outcome: 'invalid', errors: one.errors }
    const plan = left.next().value
    if (!plan) throw new Error('a row was not planned')
    if (plan.outcome === 'invalid' || plan.outcome === 'conflict')
      return { row, outcome: plan.outcome, errors: plan.errors }
    const id = idOfPlan(plan)
    return { row, outcome: plan.outcome, ...(id !== undefined && { id }) }
  })
}
