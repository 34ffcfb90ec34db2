/** `webhooks`: the platform's own, which get everybody's events. Customers make theirs themselves, and no file has them. */
import { z } from 'zod'
import { slug } from '../http/api/wire.ts'
import { changeEndpoint } from '../webhooks/change.ts'
import { createEndpoint } from '../webhooks/create.ts'
import { deleteEndpoint } from '../webhooks/delete.ts'
import { chosenWebhookSecret, setSecret } from '../webhooks/set-secret.ts'
import { readSecret } from '../webhooks/signature.ts'
import { listPlatformEndpoints } from '../webhooks/store.ts'
import { targetFault } from '../webhooks/target.ts'
import { MOST_ENDPOINTS, webhookTypes, type WebhookEndpoint } from '../webhooks/webhook.ts'
import { differences, type FieldChange } from './report.ts'
import { secretReference } from './secret-reference.ts'
import { section, type Run } from './section.ts'

const type = z.enum(webhookTypes as [string, ...string[]], { error: 'is no type of event' })

const entryOf = <Secret extends z.ZodType>(secret: Secret) =>
  z.strictObject({
    url: z.url().max(2_000).meta({ description: 'An https address.' }),
    types: z.array(type).default([]).meta({ description: 'Which events it gets; none said: all.' }),
    disabled: z.boolean().optional().meta({ description: 'Unless said, it stays what it is.' }),
    secret: secret.optional(),
  })

const entry = entryOf(chosenWebhookSecret)
type Entry = z.infer<typeof entry>
type Entries = Record<string, Entry>

export const webhooks = section<Entries>({
  name: 'webhooks',
  collections: ['webhooks'],
  schema: z.record(slug, entry),
  inFile: z.record(slug, entryOf(secretReference)),

  async make(run, entries) {
    const present = new Map((await listPlatformEndpoints(run.tx)).map((endpoint) => [endpoint.name, endpoint]))
    for (const [name, wanted] of Object.entries(entries)) await put(run, name, wanted, present.get(name))
  },

  async finish({ tx, prune, report, context }, entries) {
    for (const { id, name } of await listPlatformEndpoints(tx)) {
      if (!isKnown(name) || Object.hasOwn(entries, name)) continue
      if (prune && (await deleteEndpoint(tx, id, context)) === 'deleted') {
        report.change({ action: 'delete', kind: 'webhook', name, about: id })
      } else report.keep('webhook', name)
    }
  },

  async read({ tx, note }) {
    const all = await listPlatformEndpoints(tx)
    const known = all.filter(({ name }) => isKnown(name))
    for (const { name } of known) note(`the secret of the webhook ${name} is not in here: see its field secret`)
    if (known.length < all.length) {
      note(`not in here, since no file could name them so: ${all.length - known.length} of the webhooks`)
    }
    return Object.fromEntries(known.map((endpoint) => [endpoint.name, saidOf(endpoint)]))
  },
})

const isKnown = (name: string): boolean => slug.safeParse(name).success

function saidOf({ url, types, disabledAt }: WebhookEndpoint): Entry {
  // Without what goes without saying.
  return { url, ...(types.length > 0 && { types: [...types] }), ...(disabledAt && { disabled: true }) } as Entry
}

async function put(run: Run, name: string, wanted: Entry, before: WebhookEndpoint | undefined): Promise<void> {
  const fault = targetFault(wanted.url, run.services.targets)
  if (fault !== null) return run.report.fault('invalid', ['webhooks', name, 'url'], fault)
  if (before) return update(run, before, wanted)
  return create(run, name, wanted)
}

async function create(run: Run, name: string, { url, types, disabled, secret }: Entry): Promise<void> {
  const { tx, services, principal, report, context, dryRun } = run
  const ownerId = principal.kind === 'operator' ? null : principal.subject
  const chosen = secret === undefined ? undefined : (readSecret(secret) ?? undefined)
  const wanted = { organizationId: null, name, url, types, ownerId }
  const created = await createEndpoint(tx, services, wanted, context, chosen)
  if (created.outcome !== 'created') {
    const message = `there are at most ${MOST_ENDPOINTS} for everybody's events: take some out, or apply with prune`
    return report.fault('conflict', ['webhooks', name], message)
  }
  const { endpoint } = created
  if (disabled) await changeEndpoint(tx, endpoint, { disabled }, context)
  const fields = chosen ? [{ field: 'secret', from: null, to: null, secret: 'set' } as const] : []
  // The id that a dry run draws is nobody's.
  const id = dryRun ? null : endpoint.id
  const notes =
    chosen === undefined ? [`its secret is nobody's yet: keygrant webhooks rotate-secret ${id ?? 'ID'}`] : []
  report.change({ action: 'create', kind: 'webhook', name, about: id, fields, notes })
}

async function update(run: Run, before: WebhookEndpoint, { url, types, disabled, secret }: Entry): Promise<void> {
  const { tx, context, report } = run
  const changed = await changeEndpoint(tx, before, { url, types, disabled }, context)
  if (changed.outcome !== 'done') throw new Error(`the webhook ${before.name} was changed meanwhile`)
  const fields = [...differences(saidOf(before), saidOf(changed.endpoint)), ...(await putSecret(run, before, secret))]
  if (fields.length > 0) report.change({ action: 'update', kind: 'webhook', name: before.name, fields })
}

async function putSecret(
  { tx, services, context }: Run,
  endpoint: WebhookEndpoint,
  secret: string | undefined,
): Promise<FieldChange[]> {
  if (secret === undefined || (await setSecret(tx, services, endpoint, secret, context)) === 'unchanged') return []
  return [{ field: 'secret', from: null, to: null, secret: 'changed' }]
}
