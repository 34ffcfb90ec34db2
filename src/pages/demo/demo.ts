/** Who takes part in the demo: a client of this server's own, and the API that it asks for. Both have fixed names. */
import type { ResourceDefinition, Scope } from '../../resources/resource.ts'

export interface Demo {
  issuer: string
  clientId: string
  clientName: string
  redirectUri: string
}

export const clientId = 'keygrant-demo'
export const clientName = 'Demo app'
export const callbackPath = '/demo/callback'

/** An address below `.example` belongs to nobody (RFC 2606), so no real API is in the way. */
export const notes: ResourceDefinition = {
  name: 'demo-notes',
  identifier: 'https://notes.example',
  title: 'Demo notes',
  accessTokenFormat: 'jwt',
  accessTokenLifetimeSeconds: 900,
  scopes: [
    scope(0, { name: 'demo.notes:read', title: 'Read your notes' }),
    scope(1, {
      name: 'demo.notes:write',
      title: 'Write and delete your notes',
      optional: true,
      writes: true,
    }),
    scope(2, {
      name: 'demo.diary:read',
      title: 'Read your diary',
      description: 'The notes that you have locked.',
      optional: true,
      sensitive: true,
    }),
  ],
}

/** Those that tell who the person is. */
export const identityScopes = ['openid', 'profile', 'email'] as const

/** All that the demo asks for, and all that it is registered for: any program on this computer could say that it is the demo. */
export const demoScope = [...identityScopes, 'offline_access', ...notes.scopes.map(({ name }) => name)].join(' ')

function scope(position: number, said: Partial<Scope> & Pick<Scope, 'name' | 'title'>): Scope {
  return {
    description: null,
    optional: false,
    sensitive: false,
    writes: false,
    grantableBy: 'anyone',
    position,
    ...said,
  }
}
