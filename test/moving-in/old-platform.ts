/** A platform as it was before: 200 customers, 10,000 API keys of every kind of resting, 1,000 people, 50 apps, and faults among them. */
import { createHash, createHmac } from 'node:crypto'
import { hash as bcryptHash } from '@node-rs/bcrypt'
import { published } from '../platform/slow-hash/vectors.ts'

const CUSTOMERS = 200
export const KEYS = 10_000
export const PEOPLE = 1_000
export const CLIENTS = 50

export const identifier = 'https://api.example.com/reports'

/** What the old system made its HMACs with. */
export const pepper = 'the pepper of the old system'

export const customerOf = (index: number) => `cus_${index % CUSTOMERS}`

/** The file of the platform and its customers. */
export function platformFile(): string {
  const customers = Array.from(
    { length: CUSTOMERS },
    (_, index) => `  customer-${index}: { external_id: ${customerOf(index)}, tier: pro }`,
  )
  return `version: 1
resources:
  reports:
    identifier: ${identifier}
    scopes:
      reports:read:  { title: See your reports }
      reports:write: { title: Change your reports }
    routes:
      - { match: "GET /v1/reports/**", scopes: [reports:read] }
organizations:
${customers.join('\n')}
`
}

/** As its owner has it. */
export const keyOf = (index: number) => `old_${createHash('sha256').update(`key ${index}`).digest('hex').slice(0, 40)}`

/** How its row says that it isn't one. */
const keyFaults: Readonly<Record<number, Record<string, unknown>>> = {
  17: { scopes: ['reports:fly'] },
  1_999: { external_id: 'cus_nobody' },
  4_000: { hash: 'cafe', algorithm: 'sha256', key: undefined },
  5_003: { expires_at: 'next summer' },
  9_999: { colour: 'blue' },
}
export const faultyKeys = Object.keys(keyFaults).map(Number)

/** Slow ones are few: each has to be made here. */
export const isSlow = (index: number) => index % 1_000 === 500

export async function keyRows(): Promise<Record<string, unknown>[]> {
  return Promise.all(
    Array.from({ length: KEYS }, async (_, index) => ({
      ...(await restingKey(index)),
      external_id: customerOf(index),
      name: `Key ${index}`,
      scopes: ['reports:read'],
      expires_at: index % 3 === 0 ? null : '2030-01-01T00:00:00Z',
      ...keyFaults[index],
    })),
  )
}

async function restingKey(index: number): Promise<Record<string, unknown>> {
  const key = keyOf(index)
  if (isSlow(index)) {
    return { hash: await bcryptHash(key, 4), algorithm: 'bcrypt', lookup_prefix: key.slice(0, 12) }
  }
  if (index % 3 === 0) return { hash: createHash('sha256').update(key).digest('hex'), algorithm: 'sha256' }
  if (index % 3 === 1)
    return { hash: createHmac('sha256', pepper).update(key).digest('base64'), algorithm: 'hmac-sha256' }
  return { key }
}

/** Of each algorithm one that others have published. */
const passwords = ['$2a$', 'argon2id (', 'SHA-512', 'scrypt (RFC'].map((part) => {
  const vector = published.find(({ name }) => name.includes(part))
  if (!vector) throw new Error(`no published hash of ${part}`)
  return vector
})

export const emailOf = (index: number) => `person-${index}@example.com`
export const passwordOf = (index: number) => passwords[index % passwords.length]?.of ?? ''
/** One of each algorithm. */
export const somePeople = passwords.map((_, index) => index + 100)

const personFaults: Readonly<Record<number, Record<string, unknown>>> = {
  3: { email: 'nobody' },
  500: { email: emailOf(499) },
  731: { password_hash: '$md5$of$another$time' },
  732: { organizations: [{ external_id: 'cus_nobody', role: 'member' }] },
  999: { administrator: true },
}
export const faultyPeople = Object.keys(personFaults).map(Number)

export function personRows(): Record<string, unknown>[] {
  return Array.from({ length: PEOPLE }, (_, index) => ({
    email: emailOf(index),
    email_verified: true,
    name: `Person ${index}`,
    password_hash: passwords[index % passwords.length]?.hash,
    organizations: [{ external_id: customerOf(index), role: index < CUSTOMERS ? 'owner' : 'member' }],
    ...personFaults[index],
  }))
}

export const clientIdOf = (index: number) => `app-${index}`
export const secretOf = (index: number) => createHash('sha256').update(`secret ${index}`).digest('base64url')

/** Half of the apps are in a realm of Keycloak; one has a redirect URI with a wildcard, which nobody takes. */
export const wildcardClient = 24
export function keycloakRealm(): object {
  return {
    realm: 'platform',
    clients: [
      { clientId: 'admin-cli', publicClient: true },
      ...Array.from({ length: CLIENTS / 2 }, (_, index) => ({
        clientId: clientIdOf(index),
        name: `App ${index}`,
        enabled: true,
        protocol: 'openid-connect',
        publicClient: false,
        standardFlowEnabled: true,
        serviceAccountsEnabled: true,
        clientAuthenticatorType: 'client-secret',
        secret: secretOf(index),
        redirectUris: [index === wildcardClient ? 'https://*.example.com/*' : 'https://app.example.com/callback'],
      })),
    ],
  }
}

/** The other half in Hydra, whose list says no secrets: those come from its database, hashed. */
export async function hydraClients(): Promise<object[]> {
  return Promise.all(
    Array.from({ length: CLIENTS / 2 }, async (_, half) => {
      const index = half + CLIENTS / 2
      return {
        client_id: clientIdOf(index),
        client_name: `App ${index}`,
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        scope: 'reports:read',
        token_endpoint_auth_method: 'client_secret_basic',
        client_secret: await bcryptHash(secretOf(index), 4),
      }
    }),
  )
}
