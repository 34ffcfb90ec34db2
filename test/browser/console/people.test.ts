/** Whoever runs the platform finds a person, looks after their sessions, apps and keys, and stops them and lets them in again. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { addApiKey } from '../../support/api.ts'
import { signIn as signInByHand } from '../../support/flow.ts'
import { createAgent } from '../../support/agent.ts'
import { addPerson } from '../../support/server.ts'
import { goThrough, heading, press, signIn } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

test('a person is added, found, looked after, stopped and let in again', async () => {
  const { server } = stage
  const administrator = await addPerson(server, { administrator: true, email: 'root@example.com' })
  const ann = await addPerson(server, { name: 'Ann Archer', email: 'ann.archer@example.com' })
  const home = await server.db.organization.findFirstOrThrow({ where: { personalUserId: ann.id } })
  const { key } = await addApiKey(server, { name: 'Her script', userId: ann.id, organizationId: home.id })
  const theirs = await stage.open()
  const site = await stage.addSite({ metadata: { client_name: 'Calendar' } })
  await goThrough(theirs, site, ann)

  const page = await stage.open()
  await page.goto(`${server.url}/admin/people`)
  await signIn(page, administrator)
  await heading(page, 'People')
  await page.getByRole('link', { name: 'Add a person' }).click()
  await page.getByLabel('Email address').fill('ann.archer@example.com')
  await press(page, 'Add and send the mail')
  await page.getByRole('alert').getByText('Has an account already').waitFor()
  await look(page, 'console-person-new')
  await page.getByLabel('Email address').fill('zoe@example.com')
  await press(page, 'Add and send the mail')
  await heading(page, 'zoe@example.com')
  await page.getByText('Address not confirmed').first().waitFor()

  await page.goto(`${server.url}/admin/people?q=ANN.`)
  await look(page, 'console-people')
  await page.getByRole('link', { name: /ann.archer@example.com/ }).click()
  await heading(page, 'Ann Archer')
  await page.getByText('keygrant users make-admin ann.archer@example.com').waitFor()
  await page.getByRole('row', { name: /Her script/ }).waitFor()
  await look(page, 'console-person')

  await page.getByRole('link', { name: 'Cut off' }).click()
  await heading(page, 'Cut Calendar off from Ann Archer?')
  await press(page, 'Cut Calendar off')
  await page.getByText('No connected apps').waitFor()
  await press(page, 'Sign out')
  await page.getByText('Not signed in anywhere').waitFor()

  // Long after the sign-in it is asked for again, and leads back to the question.
  await server.db.session.updateMany({
    where: { userId: administrator.id },
    data: { signedInAt: new Date(server.clock.now().getTime() - 3_600_000) },
  })
  await page.getByRole('link', { name: 'Disable' }).click()
  await signIn(page, administrator)
  await heading(page, 'Disable Ann Archer?')
  await look(page, 'console-person-disable')
  await press(page, 'Disable Ann Archer')
  await page.getByRole('status').getByText('The person is disabled.').waitFor()
  const self = () => fetch(`${server.url}/v1/keys/self`, { headers: { authorization: `Bearer ${key}` } })
  await expect.poll(async () => (await self()).status).toBe(401)
  const agent = createAgent(server.url)
  expect((await signInByHand(agent, await agent.get('/sign-in'), ann)).url).toContain('/sign-in')

  await page.getByRole('link', { name: 'Enable' }).click()
  await press(page, 'Enable Ann Archer')
  await page.getByRole('status').getByText('The person is enabled.').waitFor()
  await page.getByRole('link', { name: 'Reset password' }).click()
  await press(page, 'Send the link')
  await page.getByRole('status').getByText('A link for a new password is on its way.').waitFor()
  expect(await server.db.link.count({ where: { purpose: 'reset', userId: ann.id } })).toBe(1)
  const told = await server.db.auditEvent.findMany({ where: { targetId: ann.id, actorId: administrator.id } })
  expect(new Set(told.map(({ type }) => type))).toEqual(
    new Set(['user.disabled', 'user.enabled', 'user.password_reset_requested']),
  )

  await page.goto(`${server.url}/admin/people/${administrator.id}`)
  await page.getByText('keygrant users demote root@example.com').waitFor()
  expect(await page.getByRole('link', { name: 'Disable' }).count()).toBe(0)
})
