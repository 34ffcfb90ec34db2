import { describe, expect, test } from 'vitest'
import { resourceEntries, resourcesOf } from '../../src/resources/file-schema.ts'

const reports = {
  identifier: 'https://api.platform.com/reports',
  access_token: { format: 'jwt', lifetime: 900 },
  scopes: {
    'reports:read': { title: 'See your reports', grantable_by: 'anyone' },
    'reports:write': { title: 'Change your reports', optional: true, grantable_by: 'org_admin' },
  },
}

function faultsOf(entries: unknown): string[] {
  const { error } = resourceEntries.safeParse(entries)
  return (error?.issues ?? []).flatMap((issue) => {
    const messages = issue.code === 'invalid_key' ? issue.issues.map(({ message }) => message) : [issue.message]
    return messages.map((message) => `${issue.path.join('.')}: ${message}`)
  })
}

const withScope = (name: string, entry: object = { title: 'T' }) => ({
  reports: { identifier: 'https://api.example.com/reports', scopes: { [name]: entry } },
})

describe('resources of a file', () => {
  test('are read with their defaults', () => {
    expect(resourcesOf(resourceEntries.parse({ reports }))).toEqual([
      {
        name: 'reports',
        identifier: 'https://api.platform.com/reports',
        title: 'Reports',
        accessTokenFormat: 'jwt',
        accessTokenLifetimeSeconds: 900,
        scopes: [
          {
            name: 'reports:read',
            title: 'See your reports',
            description: null,
            optional: false,
            sensitive: false,
            writes: false,
            grantableBy: 'anyone',
            position: 0,
          },
          {
            name: 'reports:write',
            title: 'Change your reports',
            description: null,
            optional: true,
            sensitive: false,
            writes: true,
            grantableBy: 'org_admin',
            position: 1,
          },
        ],
      },
    ])
  })

  test.for([
    ['a scope of OpenID Connect', 'openid', 'OpenID Connect'],
    ['a scope of the management API', 'keys:read', 'reserved'],
    ['a collection of the management API', 'audit-events:write', 'reserved'],
    ["an administrator's scope", 'admin:reports', 'reserved'],
    ['a space in a scope', 'reports read', 'visible ASCII'],
    ['a letter outside of ASCII in a scope', 'berichte:ändern', 'visible ASCII'],
  ] as const)('are refused with %s', ([, name, reason]) => {
    expect(faultsOf(withScope(name))).toEqual([expect.stringContaining(reason)])
  })

  test.for([
    ['that is empty', ''],
    ['of two lines', 'a\nb'],
    ['of too many characters', 'a'.repeat(121)],
  ] as const)('are refused with a title %s', ([, title]) => {
    expect(faultsOf(withScope('reports:read', { title }))).toHaveLength(1)
  })

  test.for([
    ['reports', 'absolute'],
    ['ftp://api.example.com', 'http(s)'],
    ['https://api.example.com/#reports', 'fragment'],
    ['https://ann:secret@api.example.com/', 'password'],
    ['HTTPS://API.EXAMPLE.COM/reports', 'plainly: https://api.example.com/reports'],
    ['https://api.example.com:443/reports', 'plainly'],
  ] as const)('are refused with the identifier %s', ([identifier, reason]) => {
    expect(faultsOf({ reports: { identifier } })).toEqual([expect.stringContaining(reason)])
  })

  test.for(['https://api.example.com', 'https://api.example.com/', 'http://localhost:4000/x', 'urn:example:reports'])(
    'take the identifier %s as it is written',
    (identifier) => {
      expect(resourcesOf(resourceEntries.parse({ reports: { identifier } }))).toMatchObject([{ identifier }])
    },
  )

  test.for([
    ['keygrant', 'is the name of the management API'],
    ['Reports', 'must be 1 to 63 of a-z'],
  ] as const)('are refused with one called %s', ([name, reason]) => {
    expect(faultsOf({ [name]: reports })).toEqual([expect.stringContaining(reason)])
  })

  test('are refused where two share a scope or an identifier', () => {
    const one = { identifier: 'https://api.example.com/a', scopes: { 'x:read': { title: 'X' } } }
    expect(faultsOf({ a: one, b: one })).toEqual([
      'b.identifier: is the identifier of a, too',
      'b.scopes.x:read: is a scope of a, too: a scope belongs to one resource',
    ])
  })
})
