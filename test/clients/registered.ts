/** Registers a client as an administrator would, for the tests of what comes after. */
import { checkRegistration } from '../../src/clients/metadata-rules.ts'
import { registerClient, type RegisteredClient } from '../../src/clients/register.ts'
import type { FeatureBench } from '../support/feature-bench.ts'

export const callback = 'https://app.example.com/callback'

export async function registered(
  bench: FeatureBench,
  metadata: object = {},
  attributes: object = {},
): Promise<RegisteredClient> {
  const checked = checkRegistration({ redirect_uris: [callback], client_name: 'Dashboard', ...metadata }, attributes)
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults))
  return bench.db.$transaction((tx) => registerClient(tx, bench, checked.registration, 'administrator', bench.context))
}
