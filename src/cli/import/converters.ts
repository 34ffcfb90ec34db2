/** Which export of which other product is read by what: pure functions of the file's text. */
import { UnreadableExport, type Converted } from '../../http/api/converted.ts'
import { CommandFailure } from '../failure.ts'

type Converter = (text: string) => Converted

const converters: Readonly<Record<string, () => Promise<Converter>>> = {
  'users from keycloak': async () => (await import('../../users/import/keycloak.ts')).readKeycloakUsers,
  'users from auth0': async () => (await import('../../users/import/auth0.ts')).readAuth0Users,
  'users from firebase': async () => (await import('../../users/import/firebase.ts')).readFirebaseUsers,
  'clients from hydra': async () => (await import('../../clients/import/hydra.ts')).readHydraClients,
  'clients from keycloak': async () => (await import('../../clients/import/keycloak.ts')).readKeycloakClients,
}

/** @throws {CommandFailure} for a file that isn't such an export */
export async function converted(what: string, from: string, text: string): Promise<Converted> {
  const convert = await converters[`${what} from ${from}`]?.()
  if (!convert) throw new Error(`there is no converter of ${what} from ${from}`)
  return readable(() => convert(text))
}

/** `--hash-config`. @throws {CommandFailure} */
export async function firebaseHashKey(text: string): Promise<object> {
  const { readFirebaseHashConfig } = await import('../../users/import/firebase.ts')
  return readable(() => readFirebaseHashConfig(text))
}

function readable<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw error instanceof UnreadableExport ? new CommandFailure(error.message) : error
  }
}
