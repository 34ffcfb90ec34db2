/** People and keys move out by lines, and in elsewhere by the same file. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runCommandLine } from '../../src/cli/program.ts'
import { addApiKey, call } from '../support/api.ts'
import { eventually } from '../support/eventually.ts'
import { addPerson } from '../support/server.ts'
import { openRemoteBench, type RemoteBench } from './remote-bench.ts'

let here: RemoteBench
let there: RemoteBench
beforeAll(async () => {
  ;[here, there] = [await openRemoteBench(), await openRemoteBench()]
})
afterAll(async () => {
  await here[Symbol.asyncDispose]()
  await there[Symbol.asyncDispose]()
})

test('one file moves people and their keys out of one server and into another, without a key or a password in it', async () => {
  const ann = await addPerson(here.server, { email: 'ann@example.com' })
  const { id } = await here.server.db.organization.findUniqueOrThrow({ where: { personalUserId: ann.id } })
  const { key } = await addApiKey(here.server, { organizationId: id, userId: ann.id, name: 'Hers' })

  const { status, stdout, stderr } = await here.run('host', ['export', '--users', '--keys'])
  expect([status, stderr]).toEqual([0, expect.stringContaining('keep it as you keep SECRET_KEY')])
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(lines.map(({ kind }) => kind)).toEqual(['user', 'hash_key', 'api_key', 'api_key', 'api_key'])
  expect([stdout.includes(key), stdout.includes(ann.password)]).toEqual([false, false])

  // The platform's own keys stay behind: its organization isn't there.
  const file = join(there.bench.folder, 'moving-out.ndjson')
  await writeFile(
    file,
    lines
      .filter(({ kind, name }) => kind !== 'api_key' || name === 'Hers')
      .map((line) => JSON.stringify(line))
      .join('\n'),
  )
  expect(await there.run('host', ['users', 'import', file])).toMatchObject({ status: 0 })
  expect(await there.run('host', ['keys', 'import', file])).toMatchObject({ status: 0 })
  await eventually(async () => {
    const { status: seen, body } = await call(there.server.url, 'GET', '/v1/keys/self', { key })
    expect([seen, body]).toMatchObject([200, { name: 'Hers' }])
  })
})

test('whoever reads the lines may stop early', async () => {
  // The environment of this process is the host's from here on.
  await here.run('host', ['tiers', 'list'])
  let told = ''
  const closed = new Writable({
    highWaterMark: 1,
    write: (_line, _encoding, done) => done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })),
  }).on('error', () => {})
  const stderr = new Writable({
    write(text: Buffer, _encoding, done) {
      told += text.toString()
      done()
    },
  })
  const io = { stdin: Readable.from([]), stdout: closed, stderr }
  expect(await runCommandLine(['export', '--users', '--keys'], io)).toBe(0)
  expect(told).toMatch(/^What comes holds hashes[^\n]*\n$/)
})

test('from elsewhere hashes are refused, and it is said why', async () => {
  const { status, stdout, stderr } = await here.run('remote', ['export', '--keys'])
  expect([status, stdout, stderr]).toEqual([3, '', expect.stringContaining('leave by nobody’s key')])
})
