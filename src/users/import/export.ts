/** Everybody, as `users import` takes them: an object a line, what their hashes were made with first. For the host alone. */
import type { Db } from '../../platform/database.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { readSlowHash } from '../../platform/slow-hash/read.ts'
import { firebaseKeyMembers, openFirebaseKey } from './firebase-key.ts'
import { listFirebaseKeys, listPeopleAfter, type LeavingPerson } from './store.ts'

const BLOCK = 500

/**
 * Lines of `kind` `hash_key` (in the order to which rows refer, and to be sent as `hash_keys`) and then of `kind` `user`.
 * Passwords leave as the hashes that they are. Who administers the platform is not in it: nobody becomes that by a file.
 * Read by keyset, so that it holds nothing up.
 */
export async function* exportUsers({
  db,
  secrets,
}: {
  db: Db
  secrets: Pick<Secrets, 'open'>
}): AsyncGenerator<Record<string, unknown>> {
  const keys = await listFirebaseKeys(db)
  for (const key of keys) yield { kind: 'hash_key', ...firebaseKeyMembers(openFirebaseKey(secrets, key)) }
  const places = new Map(keys.map(({ id }, place) => [id, place]))
  for (let after = ''; ;) {
    const people = await listPeopleAfter(db, after, BLOCK)
    for (const person of people) yield lineOf(person, places)
    const last = people.at(-1)
    if (!last || people.length < BLOCK) return
    after = last.id
  }
}

function lineOf(person: LeavingPerson, places: ReadonlyMap<string, number>): Record<string, unknown> {
  const { email, name, locale, memberships } = person
  return {
    kind: 'user',
    email,
    email_verified: person.emailVerifiedAt !== null,
    name,
    locale,
    password_hash: passwordOf(person, places),
    created_at: person.createdAt.toISOString(),
    disabled: person.disabledAt !== null,
    organizations: memberships
      .map(({ role, organization }) => ({ ...nameOf(organization), role }))
      .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
  }
}

/** By what it is still called on the other side, where ids are other ones. */
function nameOf({ id, externalId, slug }: LeavingPerson['memberships'][number]['organization']): object {
  if (externalId !== null) return { external_id: externalId }
  return slug === null ? { organization_id: id } : { slug }
}

function passwordOf(
  { passwordHash, importedPasswordHash }: LeavingPerson,
  places: ReadonlyMap<string, number>,
): unknown {
  if (passwordHash !== null) return { algorithm: 'keygrant', hash: passwordHash }
  const hash = importedPasswordHash === null ? null : readSlowHash(importedPasswordHash)
  if (hash?.algorithm !== 'firebase-scrypt') return importedPasswordHash
  return {
    algorithm: 'firebase-scrypt',
    salt: hash.salt.toString('base64'),
    hash: hash.hash.toString('base64'),
    hash_key: places.get(hash.keyId),
  }
}
