import { describe, expect, test } from 'vitest'
import { readResourcesFile } from '../../src/resources/file.ts'

const example = `
version: 1
resources:
  reports:
    identifier: https://api.platform.com/reports
    access_token: { format: jwt, lifetime: 900 }
    scopes:
      reports:read:  { title: See your reports, grantable_by: anyone }
      reports:write: { title: Change your reports, optional: true, grantable_by: org_admin }
`

function faultsOf(text: string): string[] {
  const reading = readResourcesFile(text, ['https://api.example.com/v1'])
  return reading.ok ? [] : reading.faults.map(({ line, path, message }) => `${line} ${path}: ${message}`)
}

const scopeFile = (name: string, entry = '{ title: T }') => `version: 1
resources:
  reports:
    identifier: https://api.example.com/reports
    scopes:
      "${name}": ${entry}
`

describe('a file of resources', () => {
  test('is read with its defaults', () => {
    expect(readResourcesFile(example)).toEqual({
      ok: true,
      resources: [
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
      ],
    })
  })

  test('that says nothing of resources leaves them alone, and one that names none is another thing', () => {
    expect(readResourcesFile('version: 1')).toEqual({ ok: true, resources: null })
    expect(readResourcesFile('version: 1\nresources: {}')).toEqual({ ok: true, resources: [] })
  })

  test('names each fault with its line, all at once', () => {
    const text = `version: 2
resources:
  Reports:
    identifier: https://api.example.com/reports
  exports:
    identifier: exports
    lifetime: 900
    scopes:
      exports:read: { titel: See }
`
    expect(faultsOf(text)).toEqual([
      '1 version: must be 1',
      '3 resources.Reports: must be 1 to 63 of a-z, 0-9 and -, and neither begin nor end with -',
      '6 resources.exports.identifier: must be an absolute URI, like https://api.example.com/reports',
      '9 resources.exports.scopes.exports:read.title: is missing',
      '9 resources.exports.scopes.exports:read.titel: is not known to this version',
      '7 resources.exports.lifetime: is not known to this version',
    ])
  })

  test.for([
    ['what is no YAML', 'version: 1\nresources: [', 2],
    ['a name given twice', 'version: 1\nresources:\n  a: {}\n  a: {}', 4],
    ['nothing', '', 1],
    ['a list', '- version: 1', 1],
    ['a part of a later version', 'version: 1\ntiers: {}', 2],
    ['routes, which this version does not know', `${example}    routes: []\n`, 10],
  ] as const)('is refused with %s', ([, text, line]) => {
    expect(faultsOf(text)[0]).toMatch(new RegExp(`^${line} `))
  })

  test('is refused when its aliases would unfold without end', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe'].map((pair) => pair.split(''))) {
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`)
    }
    expect(faultsOf(bomb.join('\n'))).not.toEqual([])
  })

  test.for([
    ['a scope of OpenID Connect', 'openid', 'OpenID Connect'],
    ['a scope of the management API', 'keys:read', 'reserved'],
    ['a collection of the management API', 'audit-events:write', 'reserved'],
    ["an administrator's scope", 'admin:reports', 'reserved'],
    ['a space in a scope', 'reports read', 'visible ASCII'],
    ['a letter outside of ASCII in a scope', 'berichte:ändern', 'visible ASCII'],
  ] as const)('is refused with %s', ([, name, reason]) => {
    expect(faultsOf(scopeFile(name))).toEqual([expect.stringContaining(reason)])
  })

  test.for([
    ['that is empty', 'title: ""'],
    ['of two lines', 'title: "a\\nb"'],
    ['of too many characters', `title: ${'a'.repeat(121)}`],
  ] as const)('is refused with a title %s', ([, entry]) => {
    expect(faultsOf(scopeFile('reports:read', `{ ${entry} }`))).toHaveLength(1)
  })

  test.for([
    ['reports', 'absolute'],
    ['ftp://api.example.com', 'http(s)'],
    ['https://api.example.com/#reports', 'fragment'],
    ['https://ann:secret@api.example.com/', 'password'],
    ['HTTPS://API.EXAMPLE.COM/reports', 'plainly: https://api.example.com/reports'],
    ['https://api.example.com:443/reports', 'plainly'],
    ['https://api.example.com/v1', 'management API'],
  ] as const)('is refused with the identifier %s', ([identifier, reason]) => {
    const text = `version: 1\nresources:\n  reports:\n    identifier: "${identifier}"\n`
    expect(faultsOf(text)).toEqual([expect.stringContaining(reason)])
  })

  test.for(['https://api.example.com', 'https://api.example.com/', 'http://localhost:4000/x', 'urn:example:reports'])(
    'takes the identifier %s as it is written',
    (identifier) => {
      const reading = readResourcesFile(`version: 1\nresources:\n  reports:\n    identifier: "${identifier}"\n`)
      expect(reading).toMatchObject({ ok: true, resources: [{ identifier }] })
    },
  )

  test('is refused with a resource of the name of the management API', () => {
    const text = 'version: 1\nresources:\n  keygrant: { identifier: "https://api.example.com/x" }\n'
    expect(faultsOf(text)).toEqual(['3 resources.keygrant: is the name of the management API'])
  })

  test('is refused where two resources share a scope or an identifier', () => {
    const text = `version: 1
resources:
  a: { identifier: "https://api.example.com/a", scopes: { "x:read": { title: X } } }
  b: { identifier: "https://api.example.com/a", scopes: { "x:read": { title: X } } }
`
    expect(faultsOf(text)).toEqual([
      '4 resources.b.identifier: is the identifier of a, too',
      '4 resources.b.scopes.x:read: is a scope of a, too: a scope belongs to one resource',
    ])
  })
})
