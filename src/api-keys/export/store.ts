/** The rows that an export reads: every secret that still works, in blocks. Raw, since Prisma would read relations apart. */
import type { Db } from '../../platform/database.ts'
import type { ApiKey } from '../api-key.ts'
import type { Environment } from '../format.ts'

export interface ExportedSecret {
  secretId: string
  digest: Uint8Array
  importedAs: string | null
  importedHash: string | null
  lookupPrefix: string | null
  hint: string
  createdAt: Date
  expiresAt: Date | null
  name: string
  organizationId: string
  organizationExternalId: string | null
  organizationSlug: string | null
  /** The person whose own organization it is. */
  personalUserId: string | null
  userId: string | null
  userEmail: string | null
  serviceAccount: string | null
  externalId: string | null
  scopes: string[]
  grantableScopes: string[]
  resource: string | null
  environment: Environment
  tier: string | null
  limits: ApiKey['limits']
  allowedIps: string[]
  metadata: Record<string, unknown>
  /** The key is, or what it acts for. */
  disabled: boolean
}

/** In the order of their ids, after one of them. */
export async function listLiveSecrets(
  db: Db,
  { after, limit, now }: { after: string; limit: number; now: Date },
): Promise<ExportedSecret[]> {
  return db.$queryRaw<ExportedSecret[]>`
    SELECT s.id AS "secretId", s.digest, s.imported_as AS "importedAs", s.imported_hash AS "importedHash",
      s.lookup_prefix AS "lookupPrefix", s.hint, s.created_at AS "createdAt", s.expires_at AS "expiresAt", k.name,
      k.organization_id AS "organizationId", o.external_id AS "organizationExternalId", o.slug AS "organizationSlug",
      o.personal_user_id AS "personalUserId", k.user_id AS "userId", u.email AS "userEmail", a.name AS "serviceAccount",
      k.external_id AS "externalId", coalesce(k.scopes, '{}') AS scopes,
      coalesce(k.grantable_scopes, '{}') AS "grantableScopes", k.resource, k.environment, k.tier, k.limits,
      coalesce(k.allowed_ips, '{}') AS "allowedIps", k.metadata,
      k.disabled_at IS NOT NULL OR coalesce(u.disabled_at, a.disabled_at) IS NOT NULL AS disabled
    FROM api_key_secrets s
    JOIN api_keys k ON k.id = s.api_key_id
    JOIN organizations o ON o.id = k.organization_id
    LEFT JOIN users u ON u.id = k.user_id
    LEFT JOIN service_accounts a ON a.id = k.service_account_id
    WHERE s.id > ${after} AND k.revoked_at IS NULL
      AND (s.expires_at IS NULL OR s.expires_at > ${now.toISOString()}::timestamptz)
    ORDER BY s.id LIMIT ${limit}`
}
