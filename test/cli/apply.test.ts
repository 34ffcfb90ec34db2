import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openCommandBench, type CommandBench } from './command.ts'

let bench: CommandBench
let file = ''
beforeAll(async () => {
  bench = await openCommandBench()
  file = join(bench.folder, 'platform.yaml')
})
afterAll(() => bench[Symbol.asyncDispose]())
beforeEach(() => bench.db.resource.deleteMany())

const yaml = (lifetime: number, scopes: string) => `version: 1
resources:
  reports:
    identifier: https://api.example.com/reports
    access_token: { lifetime: ${lifetime} }
    scopes: { ${scopes} }
`
const read = 'reports:read: { title: See your reports }'
const write = 'reports:write: { title: Change your reports }'

test('makes what a file says, tells it line by line, and has nothing to do the second time', async () => {
  await writeFile(file, yaml(900, `${read}, ${write}`))
  expect(await bench.run(['apply', file])).toEqual({
    status: 0,
    stdout: [
      '+ resource reports (https://api.example.com/reports)',
      '+ scope reports:read (See your reports)',
      '+ scope reports:write (Change your reports)',
      'Done: 3 created, 0 updated, 0 deleted.',
      '',
    ].join('\n'),
    stderr: '',
  })
  expect(await bench.run(['apply', file])).toEqual({ status: 0, stdout: 'Nothing to change.\n', stderr: '' })
})

test('as a dry run ends with 2 where something would change, changes nothing, and with 0 where nothing would', async () => {
  await writeFile(file, yaml(900, read))
  expect((await bench.run(['apply', file, '--dry-run'])).status).toBe(2)
  expect(await bench.db.resource.count()).toBe(0)
  await bench.run(['apply', file])
  expect((await bench.run(['apply', file, '--dry-run'])).status).toBe(0)
  await writeFile(file, yaml(600, read))
  expect(await bench.run(['apply', file, '--dry-run'])).toEqual({
    status: 2,
    stdout: '~ resource reports\n    access_token.lifetime: 900 -> 600\nWould be: 0 created, 1 updated, 0 deleted.\n',
    stderr: '',
  })
})

test('says what is not in the file and stays, and deletes it with --prune', async () => {
  await writeFile(file, yaml(900, `${read}, ${write}`))
  await bench.run(['apply', file])
  await writeFile(file, yaml(900, read))
  const kept = await bench.run(['apply', file, '--dry-run'])
  expect([kept.status, kept.stdout]).toEqual([
    0,
    expect.stringContaining('scope reports:write is not in the file and stays'),
  ])
  const pruned = await bench.run(['apply', file, '--prune'])
  expect(pruned.stdout).toContain('- scope reports:write')
  expect(await bench.db.scope.count()).toBe(1)
})

test('prints the changes as JSON', async () => {
  await writeFile(file, yaml(900, read))
  await bench.run(['apply', file])
  await writeFile(file, yaml(600, `${read}, ${write}`))
  const { status, stdout } = await bench.run(['apply', file, '--dry-run', '--json'])
  expect([status, JSON.parse(stdout)]).toEqual([
    2,
    {
      dry_run: true,
      changed: true,
      changes: [
        {
          action: 'update',
          kind: 'resource',
          name: 'reports',
          fields: [{ field: 'access_token.lifetime', from: 900, to: 600 }],
        },
        { action: 'create', kind: 'scope', name: 'reports:write' },
      ],
      kept: [],
    },
  ])
})

test('reads stdin where the file is -', async () => {
  expect((await bench.run(['apply', '-'], { stdin: yaml(900, read) })).status).toBe(0)
  expect(await bench.db.scope.count()).toBe(1)
})

test('tells each fault of a file with its line, and changes nothing', async () => {
  await writeFile(file, yaml(1, 'openid: { title: X, colour: red }'))
  const { status, stderr } = await bench.run(['apply', file])
  expect([
    status,
    stderr
      .trim()
      .split('\n')
      .map((line) => line.replace(file, 'FILE')),
  ]).toEqual([
    1,
    [
      expect.stringMatching(/^FILE:5: resources\.reports\.access_token\.lifetime /),
      'FILE:6: resources.reports.scopes.openid is a scope of OpenID Connect',
    ],
  ])
  expect(await bench.db.resource.count()).toBe(0)
})

test('refuses the identifier of the management API, which is the server own', async () => {
  const text = yaml(900, read).replace('https://api.example.com/reports', 'http://localhost:3999/v1')
  const { status, stderr } = await bench.run(['apply', '-'], { stdin: text })
  expect([status, stderr]).toEqual([1, expect.stringContaining('is the identifier of the management API')])
})

test('refuses to take a scope from a resource that the file does not name', async () => {
  await bench.run(['apply', '-'], { stdin: yaml(900, read) })
  const text = yaml(900, read).replace('reports:\n', 'other:\n').replace('/reports', '/other')
  const { status, stderr } = await bench.run(['apply', '-'], { stdin: text })
  expect([status, stderr]).toEqual([1, expect.stringContaining('the scope reports:read belongs to reports')])
})

test('says that there is no such file', async () => {
  const { status, stderr } = await bench.run(['apply', join(bench.folder, 'none.yaml')])
  expect([status, stderr]).toEqual([64, expect.stringContaining('There is no file')])
})

test('leaves resources alone that a file does not speak of, also with --prune', async () => {
  await bench.run(['apply', '-'], { stdin: yaml(900, read) })
  expect((await bench.run(['apply', '-', '--prune'], { stdin: 'version: 1' })).status).toBe(0)
  expect(await bench.db.resource.count()).toBe(1)
})
