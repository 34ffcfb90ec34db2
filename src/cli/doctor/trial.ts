/** Drives one real flow, for a person and a client that exist for it only, and judges what was seen on the way. */
import { record } from '../../audit/record.ts'
import { deleteClient } from '../../clients/delete.ts'
import { checkRegistration } from '../../clients/metadata-rules.ts'
import { registerClient } from '../../clients/register.ts'
import { notify } from '../../platform/changes.ts'
import { randomBase62 } from '../../platform/random.ts'
import { addUser } from '../../users/add-user.ts'
import { deleteUser } from '../../users/store.ts'
import type { PeopleBench } from '../people.ts'
import { checkCookies } from './cookies.ts'
import { fault, ok, type Finding } from './finding.ts'
import { driveCodeFlow } from './flow.ts'

/** RFC 2606: leads nowhere, and the flow ends where the browser would go there. */
const REDIRECT_URI = 'https://keygrant-doctor.invalid/callback'

export async function checkFlow({ bench, services }: Pick<PeopleBench, 'bench' | 'services'>): Promise<Finding[]> {
  const issuer = bench.config.publicUrl
  await using client = await temporaryClient(bench)
  await using person = await temporaryPerson(services, bench)
  const outcome = await driveCodeFlow({ issuer, client, person, scope: 'openid email' })
  const cookies = checkCookies(outcome.setCookies, issuer)
  if (outcome.ok && outcome.userinfo?.['email'] === person.email) {
    return [cookies, ok('code flow', 'sign-in, consent, code, tokens and userinfo all work')]
  }
  const detail = outcome.ok ? 'userinfo does not name the person who signed in' : `${outcome.step}: ${outcome.detail}`
  return [cookies, fault('code flow', detail, "See the server's log of this moment.")]
}

interface TemporaryClient extends AsyncDisposable {
  id: string
  secret: string
  redirectUri: string
}

async function temporaryClient(bench: PeopleBench['bench']): Promise<TemporaryClient> {
  const metadata = { client_name: 'keygrant doctor (temporary)', redirect_uris: [REDIRECT_URI] }
  const checked = checkRegistration(metadata)
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults))
  const { client, secret } = await bench.db.$transaction((tx) =>
    registerClient(tx, bench, checked.registration, 'administrator', bench.context),
  )
  return {
    id: client.id,
    secret: secret ?? '',
    redirectUri: REDIRECT_URI,
    async [Symbol.asyncDispose]() {
      await deleteClient(bench, client.id, bench.context)
    },
  }
}

interface TemporaryPerson extends AsyncDisposable {
  email: string
  password: string
}

async function temporaryPerson(
  services: PeopleBench['services'],
  { db, context }: PeopleBench['bench'],
): Promise<TemporaryPerson> {
  const email = `doctor-${randomBase62(10).toLowerCase()}@keygrant-doctor.invalid`
  const password = randomBase62(40)
  const added = await addUser(services, { email, name: 'keygrant doctor (temporary)', password, locale: null }, context)
  if (added.outcome !== 'added') throw new Error(`the temporary person was not added: ${added.outcome}`)
  const { id } = added.user
  return {
    email,
    password,
    async [Symbol.asyncDispose]() {
      await db.$transaction(async (tx) => {
        await deleteUser(tx, id)
        await record(tx, { type: 'user.deleted', id, data: {} }, context)
        await notify(tx, { kind: 'user', id })
      })
    },
  }
}
