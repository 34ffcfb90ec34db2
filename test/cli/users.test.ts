import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPasswords } from '../../src/users/passwords.ts'
import { openCommandBench, type CommandBench } from './command.ts'

let bench: CommandBench
beforeAll(async () => {
  bench = await openCommandBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

const good = 'seven lanterns under a quiet harbour'
const other = 'nine bridges over a silent valley'
const passwords = createPasswords({ concurrency: 1, queueLimit: 10 })

interface UserDocument {
  id: string
  email: string
  name: string | null
  email_verified: boolean
  administrator: boolean
  disabled: boolean
}

const create = (email: string, ...flags: string[]) =>
  bench.json<UserDocument>(['users', 'create', email, ...flags], { stdin: good })

async function hasPassword(email: string, password: string): Promise<boolean> {
  const user = await bench.db.user.findUnique({ where: { emailKey: email } })
  return (await passwords.verify(user?.passwordHash ?? null, password)).ok
}

describe('users create', () => {
  test('adds a person with the password from stdin, without the line end that an echo adds', async () => {
    const document = await bench.json<UserDocument>(['users', 'create', 'ann@example.com', '--name', 'Ann'], {
      stdin: `${good}\n`,
    })
    expect(document).toEqual({
      id: document.id,
      email: 'ann@example.com',
      name: 'Ann',
      email_verified: false,
      administrator: false,
      disabled: false,
    })
    expect(await hasPassword('ann@example.com', good)).toBe(true)
  })

  test('takes the password from the environment where it is set', async () => {
    await bench.json(['users', 'create', 'bob@example.com'], { environment: { KEYGRANT_PASSWORD: other } })
    expect(await hasPassword('bob@example.com', other)).toBe(true)
  })

  test('takes no password from the command line', async () => {
    const { status } = await bench.run(['users', 'create', 'eve@example.com', '--password', good])
    expect(status).toBe(64)
    expect((await bench.run(['users', 'create', 'eve@example.com', good])).status).toBe(64)
  })

  test('prints no password', async () => {
    const { stdout, stderr } = await bench.run(['users', 'create', 'cyd@example.com'], { stdin: good })
    expect(stdout + stderr).not.toContain(good)
  })

  test('makes an administrator where it is asked to', async () => {
    expect((await create('root@example.com', '--administrator')).administrator).toBe(true)
  })

  test('says why a password is not taken, and adds nobody', async () => {
    const { status, stderr } = await bench.run(['users', 'create', 'dan@example.com'], { stdin: 'short' })
    expect([status, stderr]).toEqual([1, expect.stringContaining('at least 15 characters')])
    expect(await bench.db.user.count({ where: { emailKey: 'dan@example.com' } })).toBe(0)
  })

  test('says that an address is taken, in whatever letters', async () => {
    await create('eda@example.com')
    const { status, stderr } = await bench.run(['users', 'create', 'EDA@example.com'], { stdin: good })
    expect([status, stderr]).toEqual([1, 'EDA@example.com has an account already.\n'])
  })

  test('asks for a password where none comes', async () => {
    const { status, stderr } = await bench.run(['users', 'create', 'fay@example.com'])
    expect([status, stderr]).toEqual([64, expect.stringContaining('KEYGRANT_PASSWORD')])
  })

  test('refuses what is no address', async () => {
    expect((await bench.run(['users', 'create', 'a@b@c'], { stdin: good })).status).toBe(64)
  })

  test('is noted with who did it on this host', async () => {
    const { id } = await create('gil@example.com')
    const [event] = await bench.db.auditEvent.findMany({ where: { targetId: id, type: 'user.created' } })
    expect(event).toMatchObject({ actorKind: 'cli' })
  })
})

describe('users reset-password', () => {
  test('sets the new password in place of the old one', async () => {
    await create('hal@example.com')
    await bench.json(['users', 'reset-password', 'hal@example.com'], { stdin: other })
    expect([await hasPassword('hal@example.com', good), await hasPassword('hal@example.com', other)]).toEqual([
      false,
      true,
    ])
  })

  test('gives a link where it is asked to, and leaves the password alone', async () => {
    await create('ida@example.com')
    const { link } = await bench.json<{ link: string }>(['users', 'reset-password', 'ida@example.com', '--link'])
    expect(link).toMatch(/^http:\/\/localhost:3999\/links\/[\w-]{43}$/)
    expect(await hasPassword('ida@example.com', good)).toBe(true)
    expect(await bench.db.link.count({ where: { email: 'ida@example.com', purpose: 'reset' } })).toBe(1)
  })

  test('says that nobody has the address', async () => {
    const { status, stderr } = await bench.run(['users', 'reset-password', 'nobody@example.com'], { stdin: good })
    expect([status, stderr]).toEqual([1, expect.stringContaining('Nobody has the address')])
  })
})

describe('users make-admin', () => {
  test('makes somebody an administrator, once', async () => {
    await create('joe@example.com')
    const made = await bench.json(['users', 'make-admin', 'joe@example.com'])
    expect(made).toMatchObject({ administrator: true, changed: true })
    expect(await bench.json(['users', 'make-admin', 'joe@example.com'])).toMatchObject({ changed: false })
  })
})

describe('users disable', () => {
  test('stops somebody, and enable lets them come back', async () => {
    await create('ria@example.com')
    expect(await bench.json(['users', 'disable', 'ria@example.com'])).toMatchObject({ disabled: true, changed: true })
    expect(await bench.json(['users', 'disable', 'ria@example.com'])).toMatchObject({ changed: false })
    expect(await bench.json(['users', 'enable', 'ria@example.com'])).toMatchObject({ disabled: false, changed: true })
  })
})

describe('users demote', () => {
  test('takes the administration from somebody, unless they are the last who has it', async () => {
    await bench.db.user.updateMany({ data: { administrator: false } })
    await create('sam@example.com', '--administrator')
    const refusal = 'sam@example.com is the last administrator. Make another one first: keygrant users make-admin\n'
    for (const verb of ['demote', 'disable']) {
      const { status, stderr } = await bench.run(['users', verb, 'sam@example.com'])
      expect([status, stderr]).toEqual([1, refusal])
    }
    await create('tom@example.com', '--administrator')
    const demoted = await bench.json(['users', 'demote', 'sam@example.com'])
    expect(demoted).toMatchObject({ administrator: false, changed: true })
  })
})

test.for([['disable'], ['enable'], ['demote']])('users %s says that nobody has the address', async ([verb = '']) => {
  const { status, stderr } = await bench.run(['users', verb, 'nobody@example.com'])
  expect([status, stderr]).toEqual([1, 'Nobody has the address nobody@example.com. See: keygrant users list\n'])
})

describe('users invite', () => {
  test('makes a link that works once, and says that it is not mailed where no mail server is set', async () => {
    const invited = await bench.json<{ link: string; mailed: boolean }>([
      'users',
      'invite',
      'kim@example.com',
      '--administrator',
    ])
    expect(invited.mailed).toBe(false)
    const link = await bench.db.link.findFirst({ where: { email: 'kim@example.com' } })
    expect(link).toMatchObject({ purpose: 'invitation', administrator: true, consumedAt: null })
  })

  test('invites into an organization, which must be there', async () => {
    const organization = await bench.json<{ id: string }>(['organizations', 'create', '--name', 'Acme'])
    await bench.json(['users', 'invite', 'mia@example.com', '--organization', organization.id, '--role', 'admin'])
    const link = await bench.db.link.findFirst({ where: { email: 'mia@example.com' } })
    expect(link).toMatchObject({ organizationId: organization.id, role: 'admin' })
    expect((await bench.run(['users', 'invite', 'mia@example.com', '--organization', 'org_x'])).status).toBe(1)
    expect((await bench.run(['users', 'invite', 'mia@example.com', '--role', 'king'])).status).toBe(64)
    const { id: personalUserId } = await create('lea@example.com')
    const own = await bench.db.organization.findUniqueOrThrow({ where: { personalUserId } })
    const refused = await bench.run(['users', 'invite', 'mia@example.com', '--organization', own.id])
    expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining('no other members')])
  })
})

describe('users list', () => {
  test('lists people, newest first, without their hashes', async () => {
    await create('ned@example.com')
    await create('ole@example.com')
    const { stdout } = await bench.run(['users', 'list', '--limit', '2', '--json'])
    expect((JSON.parse(stdout) as { data: UserDocument[] }).data.map(({ email }) => email)).toEqual([
      'ole@example.com',
      'ned@example.com',
    ])
    expect(stdout).not.toContain('argon2')
  })

  test('shows people a table', async () => {
    await create('pia@example.com')
    const { stdout } = await bench.run(['users', 'list'])
    expect(stdout).toMatch(/^ID +E-MAIL +NAME +STATE +SINCE\nusr_\w+ +pia@example\.com/)
  })
})
