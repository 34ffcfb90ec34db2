/** `service_accounts` of an organization: what acts for it and not for a person. */
import { z } from 'zod'
import { displayName } from '../http/api/wire.ts'
import type { Organization } from '../organizations/organization.ts'
import { changeServiceAccountWithin } from '../organizations/service-accounts/change.ts'
import { createServiceAccount } from '../organizations/service-accounts/create.ts'
import { deleteServiceAccountWithin } from '../organizations/service-accounts/delete.ts'
import { description } from '../organizations/service-accounts/fields.ts'
import type { ServiceAccount } from '../organizations/service-accounts/service-account.ts'
import { hasKeys } from '../organizations/service-accounts/store.ts'
import type { Tx } from '../platform/database.ts'
import { differences } from './report.ts'
import type { Run } from './section.ts'
import { listServiceAccountsOf } from './store.ts'
import { withoutDefaults } from './without-defaults.ts'

/** Whether it is disabled stays as it is unless it is said: nobody's emergency stop is undone by a file. */
const account = z.strictObject({ description: description.default(null), disabled: z.boolean().optional() })

export const serviceAccountsField = z.record(displayName, account)

type Entry = z.output<typeof account>
type Entries = Record<string, Entry>

/** Of an administrator's nothing is changed: it is managed on the host. */
export async function applyServiceAccounts(
  run: Run,
  organization: Organization,
  slug: string,
  entries: Entries,
  before: readonly ServiceAccount[],
): Promise<void> {
  const present = new Map(before.map((one) => [one.name, one]))
  for (const [name, wanted] of Object.entries(entries)) {
    const current = present.get(name)
    if (current?.administrator) {
      const place = ['organizations', slug, 'service_accounts', name]
      run.report.fault('conflict', place, 'acts with administrators’ scopes: it is managed on the host alone')
    } else await put(run, organization, `${slug}/${name}`, name, wanted, current ?? null)
  }
  for (const { id, name, administrator, disabledAt } of present.values()) {
    if (administrator || Object.hasOwn(entries, name)) continue
    const called = `${slug}/${name}`
    if (!run.prune) {
      run.report.keep('service account', called)
      continue
    }
    // One that ever had keys stays for their sake, disabled.
    if (disabledAt && (await hasKeys(run.tx, id))) continue
    const which = { organizationId: organization.id, id }
    await deleteServiceAccountWithin(run.tx, run.services, which, run.context)
    run.report.change({ action: 'delete', kind: 'service account', name: called })
  }
}

async function put(
  { tx, report, context }: Run,
  { id: organizationId }: Organization,
  called: string,
  name: string,
  wanted: Entry,
  current: ServiceAccount | null,
): Promise<void> {
  const { description: words, disabled } = wanted
  if (current) {
    const isSo = disabled === undefined || disabled === (current.disabledAt !== null)
    if (isSo && words === current.description) return
    const which = { organizationId, id: current.id }
    const changed = await changeServiceAccountWithin(tx, which, { description: words, disabled }, context)
    if (changed.outcome !== 'done') throw new Error(`the service account ${called} could not be changed`)
    const fields = differences(shown(current), shown(changed.account))
    if (fields.length > 0) report.change({ action: 'update', kind: 'service account', name: called, fields })
    return
  }
  const made = { organizationId, name, description: words, administrator: false }
  const created = await createServiceAccount(tx, made, context)
  if (created.outcome !== 'created') throw new Error(`the service account ${called} was made meanwhile`)
  if (disabled) {
    await changeServiceAccountWithin(tx, { organizationId, id: created.account.id }, { disabled }, context)
  }
  report.change({ action: 'create', kind: 'service account', name: called, about: words })
}

const shown = ({ description: words, disabledAt }: ServiceAccount) => ({
  description: words,
  disabled: disabledAt !== null,
})

/** Of many organizations at once. */
export async function readServiceAccounts(
  tx: Tx,
  organizationIds: readonly string[],
): Promise<(organizationId: string) => readonly ServiceAccount[]> {
  const all = Map.groupBy(await listServiceAccountsOf(tx, organizationIds), ({ organizationId }) => organizationId)
  return (id) => all.get(id) ?? []
}

/** Without administrators', which no file makes. */
export function accountsSaid(all: readonly ServiceAccount[]): Entries {
  const own = all.filter(({ administrator }) => !administrator)
  return Object.fromEntries(
    own.map((one) => [one.name, withoutDefaults(shown(one), { description: null, disabled: false })]),
  )
}
