/** Every route of `/v1`, what it is about, and what each kind of caller gets who has its scope. */
import { kinds, type KindName, type Named } from './objects.ts'
import type { Customer } from './callers.ts'

/**
 * `about`: what of the customer's the request names; `-`: nothing. `client`: the customer's client by itself; `stranger`:
 * whoever belongs to another customer, and holds whatever scope. `tokens`: access tokens, where they get something else.
 */
const table = `
                                                                    about               member  admin  client  stranger  administrator
  GET     /v1/check                                                 -                   200     200    200     200       200
  POST    /v1/keys/verify                                           credential          200     200    200     200       200
  POST    /v1/keys/verify-batch                                     credential          200     200    200     200       200

  GET     /v1/revocations                                           -                   200     200    200     200       200

  GET     /v1/keys/self                                             -                   200     200    403     200       200            tokens 403
  POST    /v1/keys/self/rotate                                      -                   200     200    403     200       200            tokens 403
  GET     /v1/keys                                                  -                   200     200    200     200       200
  POST    /v1/keys                                                  organization        201     201    201     404       201
  POST    /v1/keys/import                                           -                   403     403    403     403       200
  GET     /v1/keys/:id                                              key                 404     200    200     404       200
  GET     /v1/keys/:id/scope-usage                                  key                 404     200    200     404       200
  GET     /v1/keys/:id/limits                                       key                 404     200    200     404       200
  PATCH   /v1/keys/:id                                              key                 404     200    200     404       200
  POST    /v1/keys/:id/rotate                                       key                 404     200    200     404       200
  POST    /v1/keys/:id/revoke                                       key                 404     200    200     404       200
  DELETE  /v1/keys/:id                                              key                 404     204    204     404       204

  GET     /v1/limits                                                -                   200     200    200     200       200
  GET     /v1/usage                                                 -                   200     200    200     200       200
  GET     /v1/leaks                                                 -                   200     200    200     200       200
  POST    /v1/leaks                                                 -                   404     404    404     404       404

  GET     /v1/audit-events                                          -                   200     200    200     200       200

  POST    /v1/apply                                                 -                   403     403    403     403       200
  GET     /v1/export                                                -                   403     403    403     403       200

  GET     /v1/tiers                                                 -                   200     200    200     200       200
  GET     /v1/tiers/:name                                           tier                200     200    200     200       200
  PUT     /v1/tiers/:name                                           tier                403     403    403     403       200
  DELETE  /v1/tiers/:name                                           tier                403     403    403     403       204

  GET     /v1/resources                                             -                   200     200    200     200       200
  POST    /v1/resources                                             -                   403     403    403     403       201
  GET     /v1/resources/:id                                         resource            200     200    404     404       200
  PATCH   /v1/resources/:id                                         other resource      403     403    403     403       200
  DELETE  /v1/resources/:id                                         other resource      403     403    403     403       204
  GET     /v1/resources/:id/scopes                                  resource            200     200    404     404       200
  POST    /v1/resources/:id/scopes                                  other resource      403     403    403     403       201
  PATCH   /v1/resources/:id/scopes/:name                            scope               403     403    403     403       200
  DELETE  /v1/resources/:id/scopes/:name                            scope               403     403    403     403       204

  GET     /v1/policies                                              -                   200     200    200     200       200
  GET     /v1/policies/:name                                        policy              200     200    404     404       200
  PUT     /v1/policies/:name                                        other policy        403     403    403     403       200
  DELETE  /v1/policies/:name                                        other policy        403     403    403     403       204

  GET     /v1/organizations                                         -                   200     200    200     200       200
  POST    /v1/organizations                                         -                   403     403    403     403       201
  GET     /v1/organizations/:id                                     organization        200     200    200     404       200
  PATCH   /v1/organizations/:id                                     organization        403     200    200     404       200
  DELETE  /v1/organizations/:id                                     whole organization  403     403    403     404       204

  GET     /v1/organizations/:id/members                             organization        200     200    200     404       200
  POST    /v1/organizations/:id/members                             organization        403     403    403     404       201
  PATCH   /v1/organizations/:id/members/:user_id                    member              403     403    403     404       200
  DELETE  /v1/organizations/:id/members/:user_id                    member              403     204    204     404       204

  GET     /v1/organizations/:id/invitations                         organization        403     200    200     404       200
  POST    /v1/organizations/:id/invitations                         organization        403     201    201     404       201
  DELETE  /v1/organizations/:id/invitations/:invitation_id          invitation          403     204    204     404       204

  GET     /v1/organizations/:id/service-accounts                    organization        200     200    200     404       200
  POST    /v1/organizations/:id/service-accounts                    organization        403     201    201     404       201
  GET     /v1/organizations/:id/service-accounts/:service_account_id     service account     200     200    200     404       200
  PATCH   /v1/organizations/:id/service-accounts/:service_account_id     service account     403     200    200     404       200
  DELETE  /v1/organizations/:id/service-accounts/:service_account_id     service account     403     204    204     404       204

  GET     /v1/users                                                 -                   200     200    200     200       200
  POST    /v1/users                                                 -                   403     403    403     403       201
  POST    /v1/users/import                                          -                   403     403    403     403       200
  GET     /v1/users/:id                                             person              404     200    200     404       200
  PATCH   /v1/users/:id                                             person              404     403    403     404       200
  POST    /v1/users/:id/disable                                     person              403     403    403     403       403
  POST    /v1/users/:id/enable                                      person              403     403    403     403       403
  POST    /v1/users/:id/make-administrator                          person              403     403    403     403       403
  POST    /v1/users/:id/revoke-administrator                        person              403     403    403     403       403
  POST    /v1/users/:id/reset-password                              person              403     403    403     403       403

  GET     /v1/clients                                               -                   200     200    200     200       200
  POST    /v1/clients                                               organization        403     201    201     404       201
  POST    /v1/clients/import                                        -                   403     403    403     403       200
  GET     /v1/clients/:id                                           client              200     200    200     404       200
  PATCH   /v1/clients/:id                                           client              403     200    200     404       200
  DELETE  /v1/clients/:id                                           client              403     204    204     404       204
  GET     /v1/clients/:id/secrets                                   client              200     200    200     404       200
  POST    /v1/clients/:id/secrets                                   client              403     201    201     404       201
  POST    /v1/clients/:id/rotate-secret                             client              403     200    200     404       200
  DELETE  /v1/clients/:id/secrets/:secret_id                        client secret       403     204    204     404       204

  GET     /v1/grants                                                -                   200     200    200     200       200
  GET     /v1/grants/:id                                            grant               404     200    200     404       200
  DELETE  /v1/grants/:id                                            grant               404     204    204     404       204

  GET     /v1/sessions                                              -                   200     200    200     200       200
  DELETE  /v1/sessions                                              signed-in person    404     404    404     404       204
  GET     /v1/sessions/:id                                          session             404     404    404     404       200
  DELETE  /v1/sessions/:id                                          session             404     404    404     404       204

  GET     /v1/signing-keys                                          -                   403     403    403     403       200
  POST    /v1/signing-keys/rotate                                   -                   403     403    403     403       403

  GET     /v1/settings                                              -                   403     403    403     403       200
  PATCH   /v1/settings                                              -                   403     403    403     403       403

  GET     /v1/webhooks                                              -                   200     200    200     200       200
  POST    /v1/webhooks                                              organization        403     201    201     404       201
  GET     /v1/webhooks/:id                                          webhook             403     200    200     404       200
  PATCH   /v1/webhooks/:id                                          webhook             403     200    200     404       200
  DELETE  /v1/webhooks/:id                                          webhook             403     204    204     404       204
  POST    /v1/webhooks/:id/rotate-secret                            webhook             403     200    200     404       200
  POST    /v1/webhooks/:id/test                                     webhook             403     202    202     404       202
  GET     /v1/webhooks/:id/deliveries                               webhook             403     200    200     404       200
  GET     /v1/deliveries/:id                                        delivery            403     200    200     404       200
  POST    /v1/deliveries/:id/replay                                 delivery            403     202    202     404       202
  GET     /v1/events                                                -                   200     200    200     200       200
`

export interface Row {
  /** `METHOD /path`. */
  route: string
  method: string
  path: string
  about: KindName | null
  member: number
  admin: number
  client: number
  stranger: number
  administrator: number
  /** What access tokens get; null: what keys get. */
  tokens: number | null
}

const line =
  /^ *(?<method>[A-Z]+) +(?<path>\S+) {2,}(?<about>\S+(?: \S+)*) {2,}(?<statuses>\d{3}(?: +\d{3}){4})(?: +tokens (?<tokens>\d{3}))?$/

export const rows: readonly Row[] = table
  .split('\n')
  .slice(2)
  .filter((text) => text.trim() !== '')
  .map((text) => {
    const { method = '', path = '', about = '', statuses = '', tokens } = line.exec(text)?.groups ?? {}
    const [member, admin, client, stranger, administrator] = statuses.split(/ +/).map(Number)
    if (about !== '-' && !(about in kinds)) throw new Error(`no row of the table: ${text}`)
    return {
      route: `${method} ${path}`,
      method,
      path,
      about: about === '-' ? null : (about as KindName),
      member: member ?? 0,
      admin: admin ?? 0,
      client: client ?? 0,
      stranger: stranger ?? 0,
      administrator: administrator ?? 0,
      tokens: tokens === undefined ? null : Number(tokens),
    }
  })

/** What a request sends besides its path. */
interface Sent {
  query?: string | ((named: Named) => string)
  body?: (named: Named, somebody: () => Promise<string>) => unknown
}

const unique = () => crypto.randomUUID().slice(0, 8)
const redirect_uris = ['https://app.example.com/callback']
const name = { name: 'Another name' }
const title = { title: 'Another title' }
const nothing = { body: () => ({}) }

/** Where it sends more than nothing. */
const sent: Readonly<Record<string, Sent>> = {
  'POST /v1/keys/verify': { body: ({ credential }) => ({ credential }) },
  'POST /v1/keys/verify-batch': { body: ({ credential }) => ({ requests: [{ credential }] }) },
  'POST /v1/keys/self/rotate': nothing,
  'POST /v1/keys': { body: ({ id }) => ({ name: 'A key', scopes: [], organization_id: id }) },
  'POST /v1/keys/import': { body: () => ({ rows: [{}] }) },
  'PATCH /v1/keys/:id': { body: () => name },
  'POST /v1/keys/:id/rotate': nothing,
  'GET /v1/usage': { query: '?group_by=key' },
  'DELETE /v1/sessions': { query: ({ user_id = '' }) => `?user_id=${user_id}` },
  'POST /v1/signing-keys/rotate': nothing,
  'PATCH /v1/settings': { body: () => ({ sign_up: 'closed' }) },
  'PUT /v1/tiers/:name': { body: () => ({ hour: 20, burst: { size: 20 } }) },
  'POST /v1/resources': {
    body: () => {
      const slug = `made-${unique()}`
      return { name: slug, identifier: `https://api.example.com/${slug}`, title: slug, scopes: [] }
    },
  },
  'PATCH /v1/resources/:id': { body: () => title },
  'POST /v1/resources/:id/scopes': { body: () => ({ name: `made-${unique()}:read`, title: 'Made' }) },
  'PATCH /v1/resources/:id/scopes/:name': { body: () => title },
  'POST /v1/apply': { body: () => ({ document: { version: 1, tiers: {}, organizations: {} }, dry_run: true }) },
  'PUT /v1/policies/:name': { body: () => ({ routes: [] }) },
  'POST /v1/organizations': { body: () => name },
  'PATCH /v1/organizations/:id': { body: () => name },
  'POST /v1/organizations/:id/members': { body: async (_, somebody) => ({ user_id: await somebody() }) },
  'PATCH /v1/organizations/:id/members/:user_id': { body: () => ({ role: 'admin' }) },
  'POST /v1/organizations/:id/invitations': { body: () => ({ email: `${unique()}@example.com` }) },
  'POST /v1/organizations/:id/service-accounts': { body: () => ({ name: unique() }) },
  'PATCH /v1/organizations/:id/service-accounts/:service_account_id': { body: () => ({ description: 'Another one' }) },
  'POST /v1/users': { body: () => ({ email: `${unique()}@example.com` }) },
  'POST /v1/leaks': { body: () => [] },
  'POST /v1/users/import': { body: () => ({ rows: [{}] }) },
  'PATCH /v1/users/:id': { body: () => name },
  'POST /v1/clients': { body: ({ id }) => ({ client_name: 'An app', redirect_uris, organization_id: id }) },
  'POST /v1/clients/import': { body: () => ({ rows: [{}] }) },
  'PATCH /v1/clients/:id': { body: () => ({ client_name: 'Another name' }) },
  'POST /v1/clients/:id/secrets': nothing,
  'POST /v1/clients/:id/rotate-secret': nothing,
  'POST /v1/webhooks': { body: ({ id }) => ({ name: unique(), url: 'https://localhost:9/', organization_id: id }) },
  'PATCH /v1/webhooks/:id': { body: () => ({ types: ['api_key.revoked'] }) },
  'POST /v1/webhooks/:id/rotate-secret': nothing,
}

/** @param somebody adds a person who belongs to nothing */
export async function requestOf(
  { route, path }: Row,
  named: Named,
  somebody: () => Promise<string>,
): Promise<{ path: string; body: unknown }> {
  const { query = '', body } = sent[route] ?? {}
  const filled = path.replaceAll(/:([a-z_]+)/g, (_, parameter: string) => named[parameter] ?? '')
  return { path: filled + (typeof query === 'string' ? query : query(named)), body: await body?.(named, somebody) }
}

/** The first of its parameters says whose it is; with another's own there, the rest is still somebody else's. */
export function crossed(named: Named, theirs: Pick<Customer, 'id'>, theirClientId: string): Named | null {
  if (Object.keys(named).length < 2) return null
  return { ...named, id: 'secret_id' in named ? theirClientId : theirs.id }
}
