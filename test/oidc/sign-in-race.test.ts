/** A sign-in takes its time, in which the password that it was right by may be changed, or the person disabled. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAgent } from '../support/agent.ts'
import { addPerson } from '../support/server.ts'
import { openStage, signInAt, type Stage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage[Symbol.asyncDispose]())

const changes = [
  ['a password that was changed meanwhile', `UPDATE users SET password_changed_at = now() WHERE id = $1`],
  ['a person who was disabled meanwhile', `UPDATE users SET disabled_at = now() WHERE id = $1`],
] as const

test.for(changes)('%s gives no session to a sign-in that is under way', async ([, change]) => {
  const { server } = stage
  const person = await addPerson(server)
  const agent = createAgent(server.url)
  await agent.get('/sign-in')
  await using stack = new AsyncDisposableStack()
  const client = stack.adopt(await server.pool.connect(), (connection) => connection.release())
  // The sign-in gets as far as its session, and waits there until the change and its end of all sessions are through.
  await client.query('BEGIN; LOCK TABLE sessions IN SHARE ROW EXCLUSIVE MODE')
  const signingIn = agent.submit('/sign-in', { email: person.email, password: person.password })
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
  await expect.poll(async () => (await server.pool.query(waiting)).rowCount, { timeout: 30_000 }).toBe(1)
  await client.query(change, [person.id])
  await client.query('DELETE FROM sessions WHERE user_id = $1', [person.id])
  await client.query('COMMIT')

  const answer = await signingIn
  expect(answer.status).toBe(422)
  expect(await server.db.session.count({ where: { userId: person.id } })).toBe(0)
  expect(await server.db.device.count({ where: { userId: person.id } })).toBe(0)
  expect(await server.db.auditEvent.count({ where: { type: 'user.signed_in', targetId: person.id } })).toBe(0)
  expect((await agent.get('/account/connected-apps')).status).toBe(303)
})

test('a person who signs in twice at once is signed in twice', async () => {
  const { server } = stage
  const person = await addPerson(server)
  const agents = [createAgent(server.url), createAgent(server.url)]
  await Promise.all(agents.map((agent) => signInAt(agent, person)))
  for (const agent of agents) expect((await agent.get('/account/connected-apps')).status).toBe(200)
})
