/** Somebody at a page of ours, as a caller of the API: what their rights of the moment allow. */
import type { Principal } from '../../http/api/principal.ts'
import { managementScopes } from '../../http/api/scopes.ts'
import type { PersonalPage } from '../../http/pages.ts'
import type { Belonging } from '../../organizations/members/store.ts'

const everybodys = managementScopes.filter(({ grantableBy }) => grantableBy === 'anyone').map(({ name }) => name)
const administrators = managementScopes.map(({ name }) => name)

export function personPrincipal(
  { person, session }: Pick<PersonalPage, 'person' | 'session'>,
  belongings: readonly Belonging[],
): Principal {
  return {
    kind: 'session',
    credentialId: session.uid,
    secretId: null,
    subject: person.id,
    subjectKind: 'user',
    organizationId: belongings.find(({ personal }) => personal)?.id ?? null,
    organizations: new Map(belongings.map(({ id, role }) => [id, role])),
    scopes: new Set(person.administrator ? administrators : everybodys),
    // Which of them a key's owner may hold, each scope says itself.
    grantableScopes: new Set(['*']),
    administrator: person.administrator,
    authenticatedAt: session.signedInAt,
    spending: { tier: '-', environment: '-', limits: [] },
  }
}
