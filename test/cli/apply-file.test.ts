import { describe, expect, test } from 'vitest'
import { faultLines, readApplyFile } from '../../src/cli/apply-file.ts'
import { planText, type PlanDocument } from '../../src/cli/apply-diff.ts'

const text = `version: 1
tiers:
  1: { hour: 10 }
clients:
  web:
    redirect_uris:
      - https://one.example.com
      - https://two.example.com
  a/b: {}
`

describe('a file', () => {
  test.for([
    [['tiers', '1', 'hour'], 3],
    [['clients', 'web', 'redirect_uris', '1'], 8],
    [['clients', 'web', 'name'], 5],
    [['clients', 'a/b'], 9],
    [['nothing', 'at', 'all'], 1],
    [[], 1],
  ] as const)('knows where %j stands, or the nearest thing around it', ([place, line]) => {
    const reading = readApplyFile(text)
    expect(reading.ok && reading.file.faultAt(place, 'x').line).toBe(line)
  })

  test.for([
    ['what is no YAML', 'version: 1\nresources: [', 2],
    ['a name given twice', 'version: 1\nresources:\n  a: {}\n  a: {}', 4],
    ['two documents', 'version: 1\n---\nversion: 1', 2],
  ] as const)('is refused with %s', ([, faulty, line]) => {
    const reading = readApplyFile(faulty)
    expect(reading).toMatchObject({ ok: false, faults: [{ line, path: '' }] })
  })

  test('is refused when its aliases would unfold without end', () => {
    const bomb = ['a: &a [x, x, x, x, x, x, x, x, x, x]']
    for (const [name, of] of ['ba', 'cb', 'dc', 'ed', 'fe'].map((pair) => pair.split(''))) {
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${of}`).join(', ')}]`)
    }
    expect(readApplyFile(bomb.join('\n')).ok).toBe(false)
  })

  test('has its faults told in the order of its lines', () => {
    const faults = [
      { line: 7, path: 'a.b', message: 'is wrong' },
      { line: 2, path: '', message: 'is no YAML' },
    ]
    expect(faultLines('platform.yaml', faults)).toBe('platform.yaml:2: is no YAML\nplatform.yaml:7: a.b: is wrong')
  })
})

test('a plan is told line by line: lists by what comes and goes, secrets by nothing but that they did', () => {
  const change = { about: null, fields: [], notes: [] }
  const plan: PlanDocument = {
    dry_run: true,
    changed: true,
    changes: [
      { ...change, action: 'create', kind: 'tier', name: 'gold', about: '10 an hour, 10 at once' },
      {
        ...change,
        action: 'adopt',
        kind: 'organization',
        name: 'acme',
        about: 'org_1',
        fields: [{ field: 'slug', from: null, to: 'acme' }],
      },
      {
        ...change,
        action: 'update',
        kind: 'client',
        name: 'web',
        fields: [
          { field: 'redirect_uris', from: ['https://a', 'https://b'], to: ['https://b', 'https://c'] },
          { field: 'contacts', from: ['a', 'b'], to: ['b', 'a'] },
          { field: 'scopes', from: null, to: ['x'] },
          { field: 'secret', from: null, to: null, secret: 'changed' },
        ],
        notes: ['something follows'],
      },
      { ...change, action: 'delete', kind: 'scope', name: 'evil\u001b[2J' },
    ],
    kept: [
      { kind: 'tier', name: 'pro', why: null },
      { kind: 'organization', name: 'platform', why: 'it is the platform’s own' },
    ],
  }
  expect(planText(plan)).toBe(`+ tier gold (10 an hour, 10 at once)
~ organization acme (adopted: org_1)
    slug: (none) -> "acme"
~ client web
    redirect_uris:
      - "https://a"
      + "https://c"
    contacts: ["a","b"] -> ["b","a"]
    scopes: (none) -> ["x"]
    (secret changed)
    something follows
- scope evil\ufffd[2J
  tier pro is not in the file and stays (--prune deletes it)
  organization platform is not in the file and stays (it is the platform’s own)
Would be: 1 created, 1 adopted, 1 updated, 1 deleted.`)
})
