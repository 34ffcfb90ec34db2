import { afterAll, beforeAll, expect, test } from 'vitest'
import { attempt, giveBack, networkCells, type Cell } from '../../src/users/throttle.ts'
import { openPeople, type People } from './people.ts'

let people: People
beforeAll(async () => {
  people = await openPeople()
})
afterAll(() => people[Symbol.asyncDispose]())

const mailTo = (subject: string): Cell => ({ rule: 'mail_address', subject })
const tryMail = (...cells: [Cell, ...Cell[]]) => attempt(people.db, people.services, cells)

test('allows a burst, then one for each step of time', async () => {
  const cell = mailTo('burst@example.com')
  for (let i = 0; i < 4; i++) expect(await tryMail(cell)).toEqual({ allowed: true })
  expect(await tryMail(cell)).toEqual({ allowed: false, retryAfterSeconds: 900 })
  people.pass(899)
  expect(await tryMail(cell)).toEqual({ allowed: false, retryAfterSeconds: 1 })
  people.pass(1)
  expect(await tryMail(cell)).toEqual({ allowed: true })
  expect(await tryMail(cell)).toEqual({ allowed: false, retryAfterSeconds: 900 })
})

test('a refused attempt does not make the wait longer', async () => {
  const cell = mailTo('patient@example.com')
  for (let i = 0; i < 4; i++) await tryMail(cell)
  for (let i = 0; i < 20; i++) expect(await tryMail(cell)).toEqual({ allowed: false, retryAfterSeconds: 900 })
})

test('lets exactly the burst through when many try at once', async () => {
  const cell = mailTo('crowd@example.com')
  const answers = await Promise.all(Array.from({ length: 30 }, () => tryMail(cell)))
  expect(answers.filter(({ allowed }) => allowed)).toHaveLength(4)
})

test('charges nothing behind the cell that refuses', async () => {
  const [used, fresh] = [mailTo('used@example.com'), mailTo('fresh@example.com')]
  for (let i = 0; i < 4; i++) await tryMail(used)
  for (let i = 0; i < 10; i++) expect((await tryMail(used, fresh)).allowed).toBe(false)
  for (let i = 0; i < 4; i++) expect(await tryMail(fresh)).toEqual({ allowed: true })
})

test('says when the refusing cell is free again, whichever it is', async () => {
  const [network, address]: [Cell, Cell] = [
    { rule: 'mail_network', subject: '192.0.2.7' },
    mailTo('second@example.com'),
  ]
  for (let i = 0; i < 4; i++) await tryMail(network, address)
  expect(await tryMail(network, address)).toEqual({ allowed: false, retryAfterSeconds: 900 })
})

test('gives back its own charge and no other', async () => {
  const cell = mailTo('returned@example.com')
  for (let i = 0; i < 4; i++) await tryMail(cell)
  await giveBack(people.db, people.services, [cell])
  expect(await tryMail(cell)).toEqual({ allowed: true })
  expect((await tryMail(cell)).allowed).toBe(false)
})

test('a clock that was set back keeps nobody waiting for the time that was', async () => {
  const cell = mailTo('yesterday@example.com')
  people.pass(86_400)
  for (let i = 0; i < 5; i++) await tryMail(cell)
  people.pass(-86_400)
  for (let i = 0; i < 4; i++) expect(await tryMail(cell)).toEqual({ allowed: true })
  expect((await tryMail(cell)).allowed).toBe(false)
})

test('nodes whose clocks are seconds apart count together all the same', async () => {
  const cell = mailTo('skewed@example.com')
  for (let i = 0; i < 4; i++) await tryMail(cell)
  people.pass(-30)
  expect((await tryMail(cell)).allowed).toBe(false)
  people.pass(30)
})

test('attempts with the same cells at once never wait for each other in a circle', async () => {
  const cells = (i: number): [Cell, Cell] => [
    { rule: 'mail_network', subject: `198.51.100.${i % 3}` },
    mailTo(`circle-${(i + 1) % 2}@example.com`),
  ]
  const answers = await Promise.all(Array.from({ length: 60 }, (_, i) => tryMail(...cells(i))))
  expect(answers.filter(({ allowed }) => allowed)).toHaveLength(8)
})

test('is one statement where the attempt is allowed', async () => {
  people.statements.length = 0
  await tryMail({ rule: 'mail_network', subject: '203.0.113.1' }, mailTo('counted@example.com'))
  expect(people.statements).toHaveLength(1)
})

test('keeps no address in plain', async () => {
  const rows = await people.db.throttle.findMany()
  expect(rows.length).toBeGreaterThan(5)
  for (const { key } of rows) expect(key).toHaveLength(32)
})

test('one network of a site gets its own share, and all of them together ten times that', async () => {
  const mailFrom = async (address: string) => (await tryMail(...networkCells('mail', address))).allowed
  const allowed: number[] = []
  for (let network = 0; network < 12; network++) {
    const addresses = Array.from({ length: 31 }, (_, host) => `2001:db8:5:${network.toString(16)}:0:0:0:${host}`)
    const answers = await Promise.all(addresses.map(mailFrom))
    allowed.push(answers.filter(Boolean).length)
  }
  expect(allowed).toEqual([...Array.from({ length: 10 }, () => 30), 0, 0])
  expect(await mailFrom('2001:db8:6:0:0:0:0:1')).toBe(true)
})

test('an IPv4 address is counted by itself, however it is written', async () => {
  expect(networkCells('sign_in', '192.0.2.9')).toEqual([{ rule: 'sign_in_network', subject: '192.0.2.9' }])
  expect(networkCells('sign_in', '::ffff:192.0.2.9')).toEqual([{ rule: 'sign_in_network', subject: '192.0.2.9' }])
})
