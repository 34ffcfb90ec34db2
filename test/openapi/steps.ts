/**
 * A walk through the whole API: each operation once, in an order in which everything is there that it needs.
 *
 * A new route needs a line here, under its operationId (which the failing test names), and after it
 * `npm run openapi:examples`, which makes the example in the document from what the server then answers.
 */
import type { WalkStage } from './walk.ts'

// oxlint-disable-next-line typescript/no-explicit-any
export type Made = Record<string, any>

export interface Step {
  operation: string
  /** In place of the administrator's. */
  credential?: (made: Made) => string
  params?: (made: Made) => Record<string, string>
  query?: (made: Made) => Record<string, string>
  body?: (made: Made, stage: WalkStage) => unknown
  /** What it answers where that isn't what went well: nobody may do it over HTTP. */
  status?: number
  /** Under which name its answer is kept for those that come after. */
  keep?: string
}

const ofOrganization = ({ organization }: Made) => ({ id: organization.id })
const ofMember = ({ organization, member }: Made) => ({ id: organization.id, user_id: member.id })
const ofAccount = ({ organization, account }: Made) => ({ id: organization.id, service_account_id: account.id })
const ofKey = ({ key }: Made) => ({ id: key.id })
const ofClient = ({ client }: Made) => ({ id: client.id })
const ofWebhook = ({ webhook }: Made) => ({ id: webhook.id })
const reports = () => ({ id: 'reports' })
const oneScope = () => ({ id: 'reports', name: 'reports:export' })
const policy = () => ({ name: 'reports' })
const tier = () => ({ name: 'team' })
const host = { params: ({ member }: Made) => ({ id: member.id }), status: 403 }

export const steps: readonly Step[] = [
  { operation: 'getDescription' },

  { operation: 'putTier', params: tier, body: () => ({ hour: 5_000, burst: { size: 200 } }) },
  { operation: 'getTier', params: tier },
  { operation: 'listTiers', query: () => ({ limit: '2' }) },

  {
    operation: 'createResource',
    body: () => ({
      name: 'reports',
      identifier: 'https://api.example.com/reports',
      title: 'Reports',
      access_token: { format: 'jwt', lifetime: 900 },
      scopes: [{ name: 'reports:read', title: 'See your reports' }],
    }),
  },
  { operation: 'getResource', params: reports },
  { operation: 'listResources', query: () => ({ limit: '1' }) },
  { operation: 'updateResource', params: reports, body: () => ({ title: 'Your reports' }) },
  {
    operation: 'createResourceScope',
    params: reports,
    body: () => ({ name: 'reports:export', title: 'Export your reports', optional: true, grantable_by: 'org_admin' }),
  },
  { operation: 'listResourceScopes', params: reports },
  { operation: 'updateResourceScope', params: oneScope, body: () => ({ sensitive: true }) },

  {
    operation: 'putPolicy',
    params: policy,
    body: () => ({
      on_limit: 403,
      routes: [
        { match: 'GET /reports/**', scopes: ['reports:read'] },
        { match: 'POST /reports/exports', scopes: ['reports:export'], cost: 25 },
      ],
    }),
  },
  { operation: 'getPolicy', params: policy },
  { operation: 'listPolicies' },

  {
    operation: 'createOrganization',
    body: () => ({ name: 'Acme', external_id: 'cus_42', tier: 'team', metadata: { region: 'eu' } }),
    keep: 'organization',
  },
  { operation: 'getOrganization', params: ofOrganization },
  { operation: 'listOrganizations', query: () => ({ external_id: 'cus_42' }) },
  { operation: 'updateOrganization', params: ofOrganization, body: () => ({ name: 'Acme Ltd' }) },
  {
    operation: 'createOrganizationMember',
    params: ofOrganization,
    body: ({ member }) => ({ user_id: member.id, role: 'owner' }),
  },
  { operation: 'listOrganizationMembers', params: ofOrganization },
  {
    operation: 'createOrganizationInvitation',
    params: ofOrganization,
    body: () => ({ email: 'bob@example.com', role: 'member' }),
    keep: 'invitation',
  },
  { operation: 'listOrganizationInvitations', params: ofOrganization },
  {
    operation: 'deleteOrganizationInvitation',
    params: ({ organization, invitation }) => ({ id: organization.id, invitation_id: invitation.id }),
  },
  {
    operation: 'createOrganizationServiceAccount',
    params: ofOrganization,
    body: () => ({ name: 'Nightly export', description: 'Runs at two in the morning' }),
    keep: 'account',
  },
  { operation: 'getOrganizationServiceAccount', params: ofAccount },
  { operation: 'listOrganizationServiceAccounts', params: ofOrganization },
  { operation: 'updateOrganizationServiceAccount', params: ofAccount, body: () => ({ disabled: false }) },

  { operation: 'listUsers', query: ({ member }) => ({ email: member.email }) },
  { operation: 'getUser', params: ({ member }) => ({ id: member.id }) },
  { operation: 'updateUser', params: ({ member }) => ({ id: member.id }), body: () => ({ name: 'Ann of Acme' }) },
  { operation: 'createUser', body: () => ({ email: 'dora@example.com', name: 'Dora Example' }) },
  {
    operation: 'importUsers',
    body: () => ({
      dry_run: false,
      rows: [
        {
          email: 'cleo@example.com',
          email_verified: true,
          name: 'Cleo Example',
          // Of crypt's own tests: the password is U*U.
          password_hash: '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
          organizations: [{ external_id: 'cus_42', role: 'member' }],
        },
        { email: 'nobody', email_verified: false },
      ],
    }),
  },
  { operation: 'disableUser', ...host },
  { operation: 'enableUser', ...host },
  { operation: 'makeUserAdministrator', ...host },
  { operation: 'revokeUserAdministrator', ...host },
  { operation: 'resetUserPassword', ...host },

  {
    operation: 'createKey',
    body: ({ organization, account }) => ({
      name: 'Nightly export',
      organization_id: organization.id,
      service_account_id: account.id,
      scopes: ['reports:read', 'keys:rotate'],
      expires_in: 7_776_000,
      allowed_ips: ['127.0.0.0/8', '192.0.2.0/24'],
      metadata: { owner: 'data team' },
    }),
    keep: 'key',
  },
  { operation: 'getKey', params: ofKey },
  { operation: 'getKeyScopeUsage', params: ofKey },
  { operation: 'getKeyLimits', params: ofKey },
  { operation: 'listKeys', query: ({ organization }) => ({ organization_id: organization.id, status: 'active' }) },
  { operation: 'updateKey', params: ofKey, body: () => ({ name: 'Nightly export, EU' }) },
  { operation: 'getOwnKey', credential: ({ key }) => key.secret },
  { operation: 'getLimits', credential: ({ key }) => key.secret },
  {
    operation: 'check',
    credential: ({ key }) => key.secret,
    query: () => ({ resource: 'https://api.example.com/reports', scope: 'reports:read' }),
  },
  {
    operation: 'checkByPolicy',
    credential: ({ key }) => key.secret,
    params: () => ({ policy: 'reports', path: 'reports/2026' }),
  },
  {
    operation: 'verify',
    body: ({ key }) => ({
      credential: key.secret,
      resource: 'https://api.example.com/reports',
      scopes: ['reports:read'],
      ip: '192.0.2.7',
      metadata: true,
    }),
  },
  {
    operation: 'verifyBatch',
    body: ({ key }) => ({
      requests: [
        {
          credential: key.secret,
          resource: 'https://api.example.com/reports',
          scopes: ['reports:export'],
          ip: '192.0.2.7',
        },
      ],
    }),
  },
  { operation: 'listenToRevocations' },
  {
    operation: 'rotateOwnKey',
    credential: ({ key }) => key.secret,
    body: () => ({ grace_period: 86_400 }),
    keep: 'rotated',
  },
  { operation: 'rotateKey', params: ({ spare }) => ({ id: spare.key.id }), body: () => ({ grace_period: 3_600 }) },
  {
    operation: 'getUsage',
    query: ({ organization }) => ({ group_by: 'key', interval: 'day', organization_id: organization.id }),
  },
  {
    operation: 'importKeys',
    body: () => ({
      dry_run: false,
      rows: [
        {
          // Of an empty text.
          hash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
          algorithm: 'sha256',
          hint: 'k3y9',
          name: 'From before',
          organization_external_id: 'cus_42',
          service_account: 'Nightly export',
          scopes: ['reports:read'],
          expires_at: null,
        },
        { key: 'short', organization_external_id: 'cus_42', scopes: ['reports:read'], expires_at: null },
      ],
    }),
  },
  { operation: 'revokeKey', params: ({ spare }) => ({ id: spare.key.id }) },
  { operation: 'deleteKey', params: ({ spare }) => ({ id: spare.key.id }) },
  {
    // Where no finder is configured, none is listened to.
    operation: 'reportLeaks',
    status: 404,
    body: () => [
      {
        token: 'kg_live_EXAMPLE',
        type: 'example_api_key',
        url: 'https://github.com/octocat/hello-world/blob/main/settings.yml',
        source: 'content',
      },
    ],
  },

  {
    operation: 'createClient',
    body: ({ organization }) => ({
      client_name: 'Acme Dashboard',
      redirect_uris: ['https://app.acme.example/callback'],
      organization_id: organization.id,
    }),
    keep: 'client',
  },
  {
    operation: 'importClients',
    body: () => ({
      dry_run: false,
      rows: [
        {
          client_id: 'acme-mobile',
          client_name: 'Acme Mobile',
          redirect_uris: ['com.example.acme:/callback'],
          token_endpoint_auth_method: 'none',
          organization_external_id: 'cus_42',
        },
        { client_id: 'acme-nowhere', redirect_uris: [] },
      ],
    }),
  },
  { operation: 'getClient', params: ofClient },
  { operation: 'listClients', query: ({ organization }) => ({ organization_id: organization.id }) },
  { operation: 'updateClient', params: ofClient, body: () => ({ logo_uri: 'https://app.acme.example/logo.png' }) },
  { operation: 'createClientSecret', params: ofClient, body: () => ({ expires_in: 7_776_000 }), keep: 'secret' },
  { operation: 'listClientSecrets', params: ofClient },
  { operation: 'rotateClientSecret', params: ofClient, body: () => ({ grace_period: 86_400 }) },
  { operation: 'deleteClientSecret', params: ({ client, secret }) => ({ id: client.id, secret_id: secret.id }) },

  { operation: 'listGrants', query: ({ member }) => ({ user_id: member.id }) },
  { operation: 'getGrant', params: ({ grant }) => ({ id: grant.id }) },
  { operation: 'deleteGrant', params: ({ spare }) => ({ id: spare.grant.id }) },

  { operation: 'listSessions', query: ({ administrator }) => ({ user_id: administrator.id }) },
  { operation: 'getSession', params: ({ session }) => ({ id: session.id }) },
  {
    operation: 'createWebhook',
    body: ({ organization }) => ({
      name: 'Our chat',
      url: 'https://hooks.acme.example/keygrant',
      types: ['api_key.exposed', 'api_key.revoked'],
      organization_id: organization.id,
    }),
    keep: 'webhook',
  },
  { operation: 'getWebhook', params: ofWebhook },
  { operation: 'listWebhooks', query: ({ organization }) => ({ organization_id: organization.id }) },
  { operation: 'updateWebhook', params: ofWebhook, body: () => ({ name: 'Our chat, EU' }) },
  { operation: 'rotateWebhookSecret', params: ofWebhook, body: () => ({ grace_period: 86_400 }) },
  { operation: 'testWebhook', params: ofWebhook },
  { operation: 'listWebhookDeliveries', params: ({ delivered }) => ({ id: delivered.webhookId }) },
  { operation: 'getDelivery', params: ({ delivered }) => ({ id: delivered.id }) },
  { operation: 'replayDelivery', params: ({ delivered }) => ({ id: delivered.id }) },
  { operation: 'listEvents', query: () => ({ type: 'api_key.created', limit: '1' }) },
  { operation: 'listLeaks' },
  { operation: 'listAuditEvents', query: () => ({ type: 'tier.created', limit: '1' }) },
  { operation: 'listSigningKeys' },
  { operation: 'rotateSigningKeys', credential: ({ token }) => token, body: () => ({ immediately: false }) },
  { operation: 'listSettings' },
  {
    operation: 'updateSettings',
    credential: ({ token }) => token,
    body: () => ({ upgrade_url: 'https://www.example.com/upgrade' }),
  },

  {
    operation: 'apply',
    body: () => ({
      dry_run: true,
      document: { version: 1, tiers: { team: { hour: 6_000, burst: { size: 200 } } } },
    }),
  },
  { operation: 'getExport' },

  // What is deleted is another one each time, so that what was made can be asked for to the end.
  { operation: 'deleteClient', params: ({ spare }) => ({ id: spare.client.id }) },
  {
    operation: 'deleteOrganizationServiceAccount',
    params: ({ spare }) => ({ id: spare.key.organizationId, service_account_id: spare.key.subject }),
  },
  { operation: 'updateOrganizationMember', params: ofMember, body: () => ({ role: 'owner' }) },
  {
    operation: 'deleteOrganizationMember',
    params: ({ spare, leaver }) => ({ id: spare.key.organizationId, user_id: leaver.id }),
  },
  { operation: 'deleteWebhook', params: ofWebhook },
  { operation: 'deleteOrganization', params: ({ spare }) => ({ id: spare.key.organizationId }) },
  { operation: 'deleteSession', params: ({ spare }) => ({ id: spare.session.id }) },
  { operation: 'deleteSessions', query: ({ leaver }) => ({ user_id: leaver.id }) },
  { operation: 'deletePolicy', params: () => ({ name: 'spare' }) },
  { operation: 'deleteResourceScope', params: () => ({ id: 'spare', name: 'spare:read' }) },
  { operation: 'deleteResource', params: () => ({ id: 'spare' }) },
  { operation: 'deleteTier', params: () => ({ name: 'spare' }) },
]
