/** Who sits at the host: reaches everything there is, and may give any scope. It comes with no credential, so no request can be it. */
import type { Principal } from './principal.ts'
import { managementScopes } from './scopes.ts'

export const operatorPrincipal: Principal = {
  kind: 'operator',
  credentialId: '',
  secretId: null,
  subject: '',
  subjectKind: 'operator',
  organizationId: null,
  organizations: new Map(),
  scopes: new Set(managementScopes.map(({ name }) => name)),
  grantableScopes: new Set(['*']),
  administrator: true,
  authenticatedAt: null,
  spending: { tier: '-', environment: '-', limits: [] },
}
