/** What the pages of clients share: which one it is, and what kind of program. */
import type { ClientOut } from '../../../clients/wire.ts'
import { say } from '../../../http/screen-parts.ts'
import type { Screen, Text, Tone } from '../../../http/screen.ts'
import type { Catalogue } from '../../../resources/catalogue.ts'
import type { Desk } from '../desk.ts'

export interface ClientPages {
  catalogue: Pick<Catalogue, 'all' | 'scope'>
  /** For the examples that are shown with a new client. */
  issuer: string
}

export const clientsPath = '/admin/clients'
/** No client's page is there, even of one that was brought along under the id `new`. */
export const createPath = `${clientsPath}/new/form`
/** Of one that was brought along the id may be anything. */
export const pathOfClient = (id: string): string => `${clientsPath}/${encodeURIComponent(id)}`

export const readClient = (desk: Desk): Promise<ClientOut> =>
  desk.api.get<ClientOut>(`/v1/clients/${desk.params['id']}`)

export function crumbsTo(client?: Pick<ClientOut, 'id' | 'client_name'>): Screen['crumbs'] {
  const list = { text: say('desk.clients'), href: clientsPath }
  return client ? [list, { text: client.client_name, href: pathOfClient(client.id) }] : [list]
}

/** What a program is, as its developer would say it; the grants and the proof follow from it. */
export const clientKinds = ['web', 'spa', 'native', 'service'] as const
export type ClientKind = (typeof clientKinds)[number]

export function kindOf({
  grant_types,
  token_endpoint_auth_method,
  application_type,
}: Pick<ClientOut, 'grant_types' | 'token_endpoint_auth_method' | 'application_type'>): ClientKind {
  if (!grant_types.includes('authorization_code')) return 'service'
  if (application_type === 'native') return 'native'
  return token_endpoint_auth_method === 'none' ? 'spa' : 'web'
}

const withPeople = ['authorization_code', 'refresh_token']

export const metadataOfKind = {
  web: { grant_types: withPeople, token_endpoint_auth_method: 'client_secret_basic', application_type: 'web' },
  spa: { grant_types: withPeople, token_endpoint_auth_method: 'none', application_type: 'web' },
  native: { grant_types: withPeople, token_endpoint_auth_method: 'none', application_type: 'native' },
  service: {
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_basic',
    application_type: 'web',
  },
} as const satisfies Record<ClientKind, Partial<ClientOut>>

export const usesSecret = ({ token_endpoint_auth_method: method }: Pick<ClientOut, 'token_endpoint_auth_method'>) =>
  method === 'client_secret_basic' || method === 'client_secret_post'

export function clientBadges({ verified, disabled, origin }: ClientOut): { text: Text; tone: Tone }[] {
  return [
    ...(disabled ? [{ text: say('client.disabled'), tone: 'danger' as const }] : []),
    ...(verified ? [{ text: say('client.verified.short'), tone: 'good' as const }] : []),
    ...(origin === 'self_registered' ? [{ text: say('client.self-registered'), tone: 'neutral' as const }] : []),
  ]
}
