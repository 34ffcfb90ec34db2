/** When a person is asked: to sign in, to choose an account, to consent. */
import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider'
import { isAssured } from '../clients/assurance.ts'
import type { Client } from '../clients/client.ts'
import type { ClientDirectory } from '../clients/directory.ts'
import { clientFingerprint } from '../clients/fingerprint.ts'
import { present } from './adapter/model.ts'
import type { Unit } from './unit/unit.ts'

export type Policy = ReturnType<typeof interactionPolicy.base>

export function createPolicy(directory: ClientDirectory, currentUnit: () => Unit): Policy {
  const { Check, Prompt, base } = interactionPolicy
  const policy = base()
  policy.add(new Prompt({ name: 'select_account', requestable: true }), 0)

  const consent = present(policy.get('consent'), 'consent prompt')
  // The provider's own rule asks native clients each time, by their type; ours asks by what is known of their identity.
  consent.checks.remove('native_client_prompt')
  consent.checks.add(
    new Check(
      'identity_not_assured',
      'a client whose identity is not assured is never skipped',
      'consent_required',
      async (ctx) => {
        if (answered(ctx)) return Check.NO_NEED_TO_PROMPT
        const client = await directory.find(present(ctx.oidc.client, 'client').clientId)
        return client && isAssured(client) ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT
      },
    ),
    0,
  )
  consent.checks.add(
    new Check('client_changed', 'the client has changed since it was allowed', 'consent_required', async (ctx) => {
      const grant = grantOf(currentUnit(), ctx)
      if (answered(ctx) || !grant) return Check.NO_NEED_TO_PROMPT
      const client = await directory.find(present(ctx.oidc.client, 'client').clientId)
      return client && fingerprintOf(client).equals(grant.client_fingerprint)
        ? Check.NO_NEED_TO_PROMPT
        : Check.REQUEST_PROMPT
    }),
    1,
  )
  return policy
}

/** By the directory's own object, which another takes the place of when the client changes. */
const fingerprints = new WeakMap<Client, Buffer>()

function fingerprintOf(client: Client): Buffer {
  const known = fingerprints.get(client) ?? clientFingerprint(client)
  fingerprints.set(client, known)
  return known
}

/** Has the person just answered this very request? */
function answered(ctx: KoaContextWithOIDC): boolean {
  return ctx.oidc.result !== undefined && 'consent' in ctx.oidc.result
}

function grantOf(unit: Unit, ctx: KoaContextWithOIDC) {
  const id = ctx.oidc.entities.Grant?.jti
  return id === undefined ? undefined : unit.families.get(id)?.grant
}
