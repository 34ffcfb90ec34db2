/**
 * The keys that sign tokens. Each goes through four stages by its times alone: published (in the JWKS, not used), used,
 * retired (still in the JWKS, for what it signed) and gone. So nobody ever meets a signature whose key they can't know yet.
 */
import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK, JWKS } from 'oidc-provider'
import { record, systemContext, type AuditContext } from '../../audit/record.ts'
import { notify } from '../../platform/changes.ts'
import { day, hour, type Clock } from '../../platform/clock.ts'
import type { Db, Tx } from '../../platform/database.ts'
import { newId } from '../../platform/ids.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { LocalSigningKey } from './local-key.ts'
import {
  signingAlgorithms,
  stageOf,
  type SigningAlgorithm,
  type SigningKey,
  type SigningKeyStage,
} from './signing-key.ts'
import * as store from './store.ts'

const rotationTimes = {
  /** Clients keep a JWKS for an hour, many for a day: a key is used only when everybody has had the time to fetch it. */
  publishedBeforeUse: day,
  /** Longer than any token lives that it signed. */
  retiredBeforeGone: 7 * day,
} as const

/** What nodes ask again after: stages come by time, without anybody telling. */
export const stageCheckSeconds = hour / 60

/** Makes the first keys of an installation, in use at once: nobody holds an older set. */
export async function ensureSigningKeys({
  db,
  secrets,
  clock,
}: {
  db: Db
  secrets: Secrets
  clock: Clock
}): Promise<void> {
  await db.$transaction(async (tx) => {
    await store.lock(tx)
    const now = clock.now()
    const keys = await store.list(tx)
    for (const algorithm of signingAlgorithms) {
      if (keys.some((key) => key.algorithm === algorithm && stageOf(key, now) === 'used')) continue
      await publish(tx, { algorithm, activeFrom: now, secrets, context: systemContext(clock) })
    }
  })
}

/**
 * Publishes a new key for each algorithm. It is used after a day, when the one before it retires; that one is gone a week
 * later. `immediately` is for keys that were stolen: the new ones are used at once, and all others are gone at once, since
 * whoever holds one could sign any token as long as it is published. What they had signed counts no more either.
 */
export async function rotateSigningKeysWithin(
  tx: Tx,
  { secrets, clock }: { secrets: Secrets; clock: Clock },
  { immediately, context }: { immediately: boolean; context: AuditContext },
): Promise<{ published: { kid: string; algorithm: SigningAlgorithm; activeFrom: Date }[] }> {
  await store.lock(tx)
  const now = clock.now()
  const activeFrom = immediately ? now : new Date(now.getTime() + rotationTimes.publishedBeforeUse * 1000)
  const goneAt = immediately ? now : new Date(activeFrom.getTime() + rotationTimes.retiredBeforeGone * 1000)
  const published = []
  for (const key of await store.list(tx)) {
    const ended = immediately ? stageOf(key, now) === 'gone' : key.retiredAt && key.retiredAt <= activeFrom
    if (ended) continue
    await store.retire(tx, key.kid, activeFrom, goneAt)
    const type = immediately ? 'signing_key.gone' : 'signing_key.retired'
    await record(tx, { type, id: key.kid, data: { algorithm: key.algorithm } }, context)
  }
  for (const algorithm of signingAlgorithms)
    published.push(await publish(tx, { algorithm, activeFrom, secrets, context }))
  return { published }
}

/** The same in a transaction of its own. */
export async function rotateSigningKeys(
  { db, secrets, clock }: { db: Db; secrets: Secrets; clock: Clock },
  { immediately = false, context = systemContext(clock) }: { immediately?: boolean; context?: AuditContext } = {},
): ReturnType<typeof rotateSigningKeysWithin> {
  return db.$transaction((tx) => rotateSigningKeysWithin(tx, { secrets, clock }, { immediately, context }))
}

export interface ListedSigningKey extends Omit<SigningKey, 'privateSealed'> {
  stage: SigningKeyStage
}

/** Newest first. */
export async function listSigningKeys(db: Db | Tx, clock: Clock): Promise<ListedSigningKey[]> {
  const keys = await store.list(db)
  return keys.map(({ privateSealed: _, ...key }) => ({ ...key, stage: stageOf(key, clock.now()) }))
}

/**
 * The keys as oidc-provider takes them: those in use first, since it signs with the first of an algorithm.
 * @returns also a fingerprint that differs when a key or its stage does
 */
export async function currentJwks(
  db: Db,
  secrets: Secrets,
  clock: Clock,
): Promise<{ jwks: JWKS; publicJwks: JWKS; fingerprint: string }> {
  const now = clock.now()
  const order: SigningKeyStage[] = ['used', 'published', 'retired']
  const keys = (await store.list(db))
    .map((key) => ({ key, stage: stageOf(key, now) }))
    .filter(({ stage }) => stage !== 'gone')
    .toSorted((a, b) => order.indexOf(a.stage) - order.indexOf(b.stage))
  return {
    jwks: { keys: keys.map(({ key }) => openKey(key, secrets)) },
    publicJwks: { keys: keys.map(({ key }) => key.publicJwk) },
    fingerprint: keys.map(({ key, stage }) => `${key.kid} ${stage}`).join('\n'),
  }
}

function openKey(key: SigningKey, secrets: Secrets): LocalSigningKey {
  const opened = secrets.open(key.privateSealed, binding(key.kid)).toString('utf8')
  return new LocalSigningKey(JSON.parse(opened) as JWK)
}

async function publish(
  tx: Tx,
  {
    algorithm,
    activeFrom,
    secrets,
    context,
  }: { algorithm: SigningAlgorithm; activeFrom: Date; secrets: Secrets; context: AuditContext },
): Promise<{ kid: string; algorithm: SigningAlgorithm; activeFrom: Date }> {
  const kid = newId('sgk', context.clock)
  const jwk = { ...(await generate(algorithm)), kid, alg: algorithm, use: 'sig' }
  const { d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, ...publicJwk } = jwk as JWK
  await store.insert(tx, {
    kid,
    algorithm,
    publicJwk,
    privateSealed: secrets.seal(JSON.stringify(jwk), binding(kid)),
    publishedAt: context.clock.now(),
    activeFrom,
    retiredAt: null,
    goneAt: null,
  })
  await record(tx, { type: 'signing_key.published', id: kid, data: { algorithm } }, context)
  await notify(tx, { kind: 'signing_key', id: kid })
  return { kid, algorithm, activeFrom }
}

async function generate(algorithm: SigningAlgorithm): Promise<object> {
  const pair = promisify(generateKeyPair)
  const { privateKey } =
    algorithm === 'RS256' ? await pair('rsa', { modulusLength: 2048 }) : await pair('ec', { namedCurve: 'P-256' })
  return privateKey.export({ format: 'jwk' })
}

const binding = (kid: string) => ({ table: 'signing_keys', column: 'private_sealed', row: kid })
