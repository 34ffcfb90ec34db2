import { describe, expect, test } from 'vitest'
import { UnreadableExport } from '../../src/http/api/converted.ts'
import { readAuth0Users } from '../../src/users/import/auth0.ts'
import { readFirebaseHashConfig, readFirebaseUsers } from '../../src/users/import/firebase.ts'
import { firebaseKeySchema } from '../../src/users/import/firebase-key.ts'
import { readKeycloakUsers } from '../../src/users/import/keycloak.ts'
import { personFields, readPerson } from '../../src/users/import/row.ts'
import { verifySlowHash } from '../../src/platform/slow-hash/verify.ts'
import { firebase } from '../platform/slow-hash/vectors.ts'

const now = new Date('2026-11-01T00:00:00Z')

/** What the import makes of a row. */
function person(row: unknown, hashKeys: Parameters<typeof readPerson>[1]['hashKeys'] = []) {
  const fields = personFields.parse(row)
  const read = readPerson(fields, { hashKeys, now })
  if (!read.ok) throw new Error(JSON.stringify(read.errors))
  return read.value
}

async function verifies(row: unknown, password: string): Promise<boolean> {
  const { password: known } = person(row)
  if (known?.kind !== 'imported') throw new Error('there is no hash')
  return verifySlowHash(known.hash, password)
}

const credential = (secret: object, data: object) => ({
  id: 'c7f6b8f0-1b0a-4f0e-9d1c-2f6d1c1d7f10',
  type: 'password',
  createdDate: 1_556_697_600_000,
  secretData: JSON.stringify({ additionalParameters: {}, ...secret }),
  credentialData: JSON.stringify({ additionalParameters: {}, ...data }),
})

/** As `kc.sh export --users realm_file` writes it, but for what is said nothing of. */
const realm = {
  id: '3c2d3d0e-3a3b-4b8f-a1c1-6b1a5a6a2c11',
  realm: 'platform',
  users: [
    {
      id: '0d2b3a9e-7a55-4d28-8f0e-2f6f0f2b0c11',
      username: 'ann',
      firstName: 'Ann',
      lastName: 'Lee',
      email: 'ann@example.com',
      emailVerified: true,
      attributes: { locale: ['de'] },
      createdTimestamp: 1_556_697_600_000,
      enabled: true,
      totp: true,
      credentials: [
        credential(
          {
            value: 'mn0utdRiwFh+Apv2EhRxOSHpfYxHMD9T3BkyXd0mx+8oU5136HNclnceWZ9jSJhNNvjz7KzuOmDUXQMui3ZikA==',
            salt: 'cKJ0UgP3rJ6RxV0RS8mFQw==',
          },
          { hashIterations: 21_000, algorithm: 'pbkdf2-sha512' },
        ),
        { type: 'otp', secretData: '{"value":"x"}', credentialData: '{"subType":"totp"}' },
      ],
      requiredActions: [],
      realmRoles: ['default-roles-platform', 'admin'],
      notBefore: 0,
      groups: ['/staff'],
    },
    {
      username: 'bob@example.com',
      emailVerified: false,
      enabled: false,
      credentials: [
        credential(
          { value: 'nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4=', salt: 'c29tZXNhbHQ=' },
          {
            hashIterations: 2,
            algorithm: 'argon2',
            additionalParameters: {
              hashLength: ['32'],
              memory: ['256'],
              type: ['id'],
              version: ['1.3'],
              parallelism: ['1'],
            },
          },
        ),
      ],
      realmRoles: ['default-roles-platform'],
      groups: [],
    },
    {
      username: 'old',
      email: 'old@example.com',
      emailVerified: true,
      enabled: true,
      credentials: [
        {
          type: 'password',
          hashedSaltedValue: 'SwB5AbdlSJq+rUnZJvch0GWkKcE=',
          salt: 'c2FsdA==',
          hashIterations: 4096,
          algorithm: 'pbkdf2',
        },
      ],
      federatedIdentities: [{ identityProvider: 'google', userId: '1', userName: 'old' }],
    },
    {
      username: 'odd',
      email: 'odd@example.com',
      enabled: true,
      credentials: [credential({ value: 'x', salt: 'eA==' }, { hashIterations: 1, algorithm: 'my-own-md5' })],
    },
    { username: 'nameless', enabled: true },
    { username: 'service-account-worker', enabled: true, serviceAccountClientId: 'worker' },
  ],
}

describe('a realm of Keycloak', () => {
  const { rows, notes } = readKeycloakUsers(JSON.stringify(realm))

  test('gives rows whose passwords verify', async () => {
    expect(rows.map((row) => row['email'])).toEqual([
      'ann@example.com',
      'bob@example.com',
      'old@example.com',
      'odd@example.com',
    ])
    expect(rows.map((row) => person(row))).toMatchObject([
      { name: 'Ann Lee', locale: 'de', emailVerified: true, disabled: false, createdAt: new Date('2019-05-01T08:00Z') },
      // A name that looks like an address has proven none.
      { name: null, emailVerified: false, disabled: true },
      { emailVerified: true },
      { password: null },
    ])
    expect(await verifies(rows[0], 'lakeside walk in may')).toBe(true)
    expect(await verifies(rows[1], 'password')).toBe(true)
    expect(await verifies(rows[2], 'password')).toBe(true)
  })

  test('says what stays behind', () => {
    expect(notes.map(({ about, skipped }) => [about, skipped])).toEqual([
      ['ann@example.com', false],
      ['odd@example.com', false],
      ['nameless', true],
      ['service-account-worker', true],
      [null, false],
      [null, false],
    ])
    expect(notes.map(({ message }) => message).join('\n')).toMatch(
      /second factors[^]*kind that is not known[^]*no e-mail address[^]*client worker[^]*roles and groups of 1 [^]*providers of 1 /,
    )
  })

  test('is told from other files', () => {
    for (const text of ['', 'no JSON', '{"realm":"platform"}', '{"users":[{"username":7}]}']) {
      expect(() => readKeycloakUsers(text)).toThrow(UnreadableExport)
    }
  })
})

const hashConfig = `hash_config {
  algorithm: SCRYPT,
  base64_signer_key: ${firebase.base64_signer_key},
  base64_salt_separator: ${firebase.base64_salt_separator},
  rounds: ${firebase.rounds},
  mem_cost: ${firebase.mem_cost},
}`

describe('a project of Firebase', () => {
  const accounts = {
    users: [
      {
        localId: 'kYi4EvWQlQTKSfnJ3dRSP6IH3ed2',
        email: 'user1@test.com',
        emailVerified: true,
        passwordHash: firebase.passwordHash,
        salt: firebase.salt,
        displayName: 'Test User 1',
        lastSignedInAt: '1508893925000',
        createdAt: '1508893925000',
        providerUserInfo: [],
      },
      {
        localId: 'b',
        email: 'google@test.com',
        emailVerified: true,
        createdAt: '1508893925000',
        disabled: true,
        customAttributes: '{"role":"admin"}',
        providerUserInfo: [{ providerId: 'google.com', rawId: '1', email: 'google@test.com' }],
      },
      { localId: 'c', phoneNumber: '+15550100', createdAt: '1508893925000', providerUserInfo: [] },
    ],
  }

  test('gives rows whose passwords verify with its parameters, pasted from the console', async () => {
    const { rows, notes } = readFirebaseUsers(JSON.stringify(accounts))
    const key = firebaseKeySchema.parse(readFirebaseHashConfig(hashConfig))
    const [first, second] = rows.map((row) => person(row, [key]))
    expect(first).toMatchObject({ email: 'user1@test.com', name: 'Test User 1', emailVerified: true })
    expect(first?.createdAt?.toISOString()).toBe('2017-10-25T01:12:05.000Z')
    expect(second).toMatchObject({ email: 'google@test.com', password: null, disabled: true })
    if (first?.password?.kind !== 'firebase') throw new Error('there is no hash')
    const { salt, hash } = first.password
    const known = { algorithm: 'firebase-scrypt', keyId: '', salt, hash } as const
    expect(await verifySlowHash(known, firebase.password, key)).toBe(true)
    expect(rows).toHaveLength(2)
    expect(notes.map(({ about, skipped }) => [about, skipped])).toEqual([
      ['c', true],
      [null, false],
      [null, false],
    ])
  })

  test('takes its parameters as JSON, too, and says which are missing', () => {
    const asJson = JSON.stringify(readFirebaseHashConfig(hashConfig))
    expect(readFirebaseHashConfig(asJson)).toEqual(readFirebaseHashConfig(hashConfig))
    expect(() => readFirebaseHashConfig('hash_config { rounds: 8 }')).toThrow('base64_signer_key')
    expect(() => readFirebaseUsers('[]')).toThrow(UnreadableExport)
  })
})

describe('a tenant of Auth0', () => {
  const line = (account: object) => JSON.stringify({ _id: { $oid: '5dea9f9c82dd7c0e76e4ec93' }, ...account })

  test('gives rows whose passwords verify', async () => {
    const text = [
      line({
        email: 'user@example.com',
        email_verified: true,
        passwordHash: '$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW',
        password_set_date: { $date: '2019-12-06T18:36:12.412Z' },
        tenant: 'platform',
        connection: 'Username-Password-Authentication',
      }),
      '',
      line({ identifiers: [{ type: 'email', value: 'other@example.com', verified: true }], blocked: true }),
      line({ identifiers: [{ type: 'phone', value: '+15550100' }] }),
    ].join('\n')
    const { rows, notes } = readAuth0Users(text)
    expect(rows.map((row) => person(row))).toMatchObject([
      { email: 'user@example.com', emailVerified: true },
      { email: 'other@example.com', emailVerified: true, disabled: true, password: null },
    ])
    expect(await verifies(rows[0], 'U*U')).toBe(true)
    expect(notes).toMatchObject([{ about: 'line 4', skipped: true }])
    expect(() => readAuth0Users(`${text}\nnonsense`)).toThrow('Line 5')
  })
})
