/** `Idempotency-Key`: whoever sends a creating POST again within a day gets the answer of the first time. */
import { secondsFrom, day, type Clock } from '../../platform/clock.ts'
import type { Tx } from '../../platform/database.ts'
import { constantTimeEqual, type Secrets } from '../../platform/secrets.ts'
import { Problem } from '../problem.ts'
import type { Principal } from './principal.ts'
import type { ApiAnswer } from './route.ts'
import { findRecord, insertRecord, isSecretLive, tryLock } from './store.ts'

/** Draft ietf-httpapi-idempotency-key-header: a string; ours may be quoted, as that draft has it, or bare. */
const plausible = /^[\x21-\x7e]{1,255}$/

type Caller = Pick<Principal, 'subject' | 'credentialId' | 'administrator' | 'organizations'>

interface Idempotent {
  caller: Caller
  method: string
  path: string
  key: string
  body: Uint8Array
}

export function idempotencyKeyOf(header: string): string | null {
  if (header === '') return null
  if (plausible.test(header)) return header
  throw new Problem('bad_request', { detail: 'An Idempotency-Key is 1 to 255 visible ASCII characters.' })
}

/**
 * Runs the work, or gives the answer that it gave before. All within one transaction: the record commits with the change,
 * so that there is never one without the other. Whoever sends the same while the first still runs is refused.
 */
export async function once(
  tx: Tx,
  { secrets, clock }: { secrets: Secrets; clock: Clock },
  request: Idempotent,
  work: () => Promise<ApiAnswer<unknown>>,
): Promise<ApiAnswer<unknown>> {
  const { caller, method, path, key, body } = request
  const name = JSON.stringify([caller.subject, caller.credentialId, method, path, key])
  const digest = secrets.digest('idempotency', name)
  if (!(await tryLock(tx, digest))) throw new Problem('idempotency_key_in_use', { retryAfterSeconds: 1 })
  const known = await findRecord(tx, secrets.digests('idempotency', name), clock.now())
  if (known) {
    const sent = secrets.digests('idempotency', asked(caller, body))
    if (!sent.some((one) => constantTimeEqual(one, known.bodyDigest))) {
      throw new Problem('idempotency_key_reused', {
        detail:
          'This Idempotency-Key came with another body, or under other roles, before. Use a new key for another request.',
      })
    }
    return replay(tx, secrets, known)
  }
  const answer = await work()
  const { secret, rest } = withoutSecret(answer)
  await insertRecord(tx, {
    digest,
    bodyDigest: secrets.digest('idempotency', asked(caller, body)),
    status: answer.status,
    responseSealed: secrets.seal(JSON.stringify(rest), place('response_sealed', digest)),
    secretId: secret === null ? null : (answer.secretId ?? null),
    secretSealed: secret === null ? null : secrets.seal(secret, place('secret_sealed', digest)),
    createdAt: clock.now(),
    expiresAt: secondsFrom(clock, day),
  })
  return answer
}

async function replay(
  tx: Tx,
  secrets: Secrets,
  known: NonNullable<Awaited<ReturnType<typeof findRecord>>>,
): Promise<ApiAnswer<unknown>> {
  const { digest, status, responseSealed, secretId, secretSealed } = known
  const rest = JSON.parse(secrets.open(responseSealed, place('response_sealed', digest)).toString()) as object
  const headers = { 'idempotency-replayed': 'true' }
  if (secretId === null) return { status, body: rest, headers }
  const live = secretSealed !== null && (await isSecretLive(tx, secretId))
  const secret = live ? secrets.open(secretSealed, place('secret_sealed', digest)).toString() : null
  return { status, body: { ...rest, secret }, headers }
}

/** The secret rests apart, so that it can be erased by itself. */
function withoutSecret({ body, secretId }: ApiAnswer<unknown>): { secret: string | null; rest: unknown } {
  if (secretId === undefined) return { secret: null, rest: body }
  const { secret, ...rest } = body as { secret: string }
  return { secret, rest }
}

const place = (column: string, digest: Uint8Array) => ({
  table: 'idempotency_records',
  column,
  row: Buffer.from(digest).toString('hex'),
})

/** Who has lost a role since, or has left, is not given again what that role was given: a secret, say. */
function asked({ administrator, organizations }: Caller, body: Uint8Array): string {
  const roles = [...organizations].toSorted(([one], [other]) => (one < other ? -1 : 1))
  return JSON.stringify([Buffer.from(body).toString('base64'), administrator, roles])
}
