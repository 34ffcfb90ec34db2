/** Documents applied to a database of their own, as whoever sits at the host, and everything that came of it. */
import { revokeOwnedKeys } from '../../src/api-keys/owned/revoke.ts'
import { applyDocument } from '../../src/apply/apply.ts'
import { documentSchema } from '../../src/apply/document.ts'
import { exportDocument, type Exported } from '../../src/apply/export.ts'
import type { Plan } from '../../src/apply/report.ts'
import type { ApplyServices } from '../../src/apply/section.ts'
import { deleteClientsOf } from '../../src/clients/delete.ts'
import { operatorPrincipal } from '../../src/http/api/operator.ts'
import { Problem } from '../../src/http/problem.ts'
import { managementResource } from '../../src/resources/management.ts'
import { givenSettings } from '../../src/setting-values.ts'
import { organizationInvitations } from '../../src/users/invitations.ts'
import { openFeatureBench, type FeatureBench } from '../support/feature-bench.ts'

export interface ApplyBench extends FeatureBench {
  services: ApplyServices
  /** The addresses that were mailed to. */
  mails: string[]
  apply(sections: object, options?: { prune?: boolean; dryRun?: boolean }): Promise<Plan>
  export(): Promise<Exported>
  /** As it was at first; people stay. */
  clear(): Promise<void>
  /** Every row that a document makes, without ids and times. */
  rows(): Promise<unknown>
}

const publicUrl = 'https://auth.example.com'

export async function openApplyBench(environment: Record<string, unknown> = {}): Promise<ApplyBench> {
  const bench = await openFeatureBench()
  const { db, clock, secrets, context } = bench
  const mails: string[] = []
  const services: ApplyServices = {
    clock,
    secrets,
    builtIn: managementResource({ apiUrl: 'https://api.example.com', platform: { name: 'ACME' }, since: clock.now() }),
    revokeKeys: revokeOwnedKeys,
    deleteClients: deleteClientsOf,
    invitations: organizationInvitations({ secrets, clock, publicUrl, sendMail: (_, to) => void mails.push(to) }),
    targets: { allowedHosts: ['hooks.internal'], development: false },
    given: givenSettings(environment, publicUrl),
  }
  return {
    ...bench,
    services,
    mails,
    apply(sections, { prune = false, dryRun = false } = {}) {
      const document = documentSchema.parse({ version: 1, ...sections })
      return applyDocument(db, services, { document, prune, dryRun }, operatorPrincipal, context)
    },
    export: () => exportDocument(db, services, operatorPrincipal),
    async clear() {
      await db.$executeRaw`
        WITH
          c AS (DELETE FROM clients), r AS (DELETE FROM resources), s AS (DELETE FROM settings),
          o AS (DELETE FROM organizations WHERE personal_user_id IS NULL), l AS (DELETE FROM links),
          x AS (DELETE FROM throttles), w AS (DELETE FROM webhook_endpoints), a AS (DELETE FROM audit_events), t AS (DELETE FROM tiers)
        SELECT 1`
      await db.$executeRaw`
        INSERT INTO tiers (name, hour, burst_size, burst_refill_per_second, limit_per, updated_at) VALUES
          ('free', 1000, 100, NULL, 'key', now()), ('pro', 10000, 1000, NULL, 'key', now()),
          ('enterprise', NULL, 5000, 500, 'key', now())`
    },
    async rows() {
      const [row] = await db.$queryRaw<[{ all: unknown }]>`
        SELECT jsonb_build_object(
          'tiers', (SELECT jsonb_agg(to_jsonb(t) - '{created_at,updated_at}'::text[] ORDER BY name) FROM tiers t),
          'settings', (SELECT jsonb_agg(to_jsonb(s) - 'updated_at' ORDER BY name) FROM settings s),
          'resources', (SELECT jsonb_agg(to_jsonb(r) - '{id,created_at,updated_at}'::text[] ORDER BY name) FROM resources r),
          'scopes', (SELECT jsonb_agg(to_jsonb(s) - '{resource_id,created_at,updated_at}'::text[] || jsonb_build_object('resource', r.name) ORDER BY s.name)
            FROM scopes s JOIN resources r ON r.id = s.resource_id),
          'policies', (SELECT jsonb_agg(to_jsonb(p) - '{resource_id,created_at,updated_at}'::text[] ORDER BY name) FROM policies p),
          'organizations', (SELECT jsonb_agg(to_jsonb(o) - '{id,created_at,updated_at}'::text[] ORDER BY slug)
            FROM organizations o WHERE personal_user_id IS NULL),
          'members', (SELECT jsonb_agg(jsonb_build_array(o.slug, u.email, m.role) ORDER BY o.slug, u.email)
            FROM memberships m JOIN organizations o ON o.id = m.organization_id JOIN users u ON u.id = m.user_id
            WHERE personal_user_id IS NULL),
          'invitations', (SELECT jsonb_agg(jsonb_build_array(o.slug, l.email, l.role) ORDER BY o.slug, l.email)
            FROM links l JOIN organizations o ON o.id = l.organization_id WHERE consumed_at IS NULL),
          'service_accounts', (SELECT jsonb_agg(jsonb_build_array(o.slug, s.name, s.description, s.disabled_at IS NULL) ORDER BY o.slug, s.name)
            FROM service_accounts s JOIN organizations o ON o.id = s.organization_id),
          'clients', (SELECT jsonb_agg(to_jsonb(c) - '{id,organization_id,created_at,updated_at,disabled_at}'::text[]
              || jsonb_build_object('organization', o.slug, 'disabled', c.disabled_at IS NOT NULL, 'secret',
                (SELECT jsonb_agg(encode(s.digest, 'hex')) FROM client_secrets s WHERE s.client_id = c.id AND s.expires_at IS NULL)) ORDER BY c.slug)
            FROM clients c LEFT JOIN organizations o ON o.id = c.organization_id),
          'webhooks', (SELECT jsonb_agg(jsonb_build_array(name, url, types, disabled_at IS NULL) ORDER BY name) FROM webhook_endpoints)
        ) AS all`
      return row.all
    },
  }
}

/** `create client dashboard` */
export const changesOf = ({ changes }: Plan): string[] =>
  changes.map(({ action, kind, name }) => `${action} ${kind} ${name}`)

export const keptOf = ({ kept }: Plan): string[] => kept.map(({ kind, name }) => `${kind} ${name}`)

/** The status, and where each fault is. */
export async function faultsOf(applying: Promise<unknown>): Promise<(number | string)[]> {
  try {
    await applying
    return []
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return [error.status, ...error.errors.map(({ path }) => path)]
  }
}
