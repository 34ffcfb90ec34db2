/** The platform's own look: chosen in the console, seen on every page, in consent, and in mails, on every node. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { notify } from '../../../src/platform/changes.ts'
import { png } from '../../brand/images.ts'
import { addPerson } from '../../support/server.ts'
import { heading, press, signIn } from '../person.ts'
import { look, openStage, type Stage } from '../stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterEach(() => stage.clear())
afterAll(() => stage[Symbol.asyncDispose]())

test('a logo and a colour are chosen, shown everywhere, and taken away again', async () => {
  const { server } = stage
  const page = await stage.open()
  await page.goto(`${server.url}/admin/settings/look`)
  await signIn(page, await addPerson(server, { administrator: true }))
  await heading(page, 'Look')
  const file = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer })
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')
  await page.getByLabel('Logo').setInputFiles(file('logo.png', 'image/png', svg))
  await page.getByLabel('Colour on light pages').fill('#ffcc00')
  await press(page, 'Save changes')
  const faults = page.getByRole('alert')
  await faults.getByText('Must be a PNG, JPEG, WebP or GIF image', { exact: false }).waitFor()
  await faults.getByText('make it darker', { exact: false }).waitFor()
  await page.getByLabel('Logo').setInputFiles(file('logo.png', 'image/png', png(32, 32)))
  await page.getByLabel('Colour on light pages').fill('#8a1554')
  await page.getByLabel('Colour on dark pages').fill('#ff9ecf')
  await look(page, 'console-look')
  await press(page, 'Save changes')
  await page.getByRole('status').getByText('The settings are saved', { exact: false }).waitFor()
  await look(page, 'console-branded')

  // What anybody gets, wherever they are.
  const visitor = await stage.open()
  await visitor.goto(`${server.url}/sign-in`)
  const logo = visitor.locator('.wordmark img')
  expect(await logo.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(32)
  const button = visitor.getByRole('button', { name: 'Sign in', exact: true })
  expect(await button.evaluate((one) => getComputedStyle(one).backgroundColor)).toBe('rgb(138, 21, 84)')
  const href = (await logo.getAttribute('src')) ?? ''
  const served = await fetch(`${server.url}${href}`)
  expect(Object.fromEntries(served.headers)).toMatchObject({
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'cache-control': 'public, max-age=31536000, immutable',
  })
  // A page or a mail of before still gets what there is.
  const before = await fetch(`${server.url}/assets/logo.ofbefore.png`)
  expect(before.status).toBe(200)
  expect(before.headers.get('cache-control')).toBe('no-cache')

  await page.goto(`${server.url}/admin/settings/look`)
  await page.getByLabel('Take the logo away').check()
  await press(page, 'Save changes')
  expect((await fetch(`${server.url}${href}`)).status).toBe(404)
  const trail = await server.db.auditEvent.findMany({ where: { type: 'settings.changed' }, orderBy: { at: 'asc' } })
  expect(trail.map(({ data }) => data)).toMatchObject([
    { before: { logo: null }, after: { logo: expect.stringMatching(/^sha256:/), accent_color: '#8a1554' } },
    { before: { logo: expect.stringMatching(/^sha256:/) }, after: { logo: null } },
  ])
  expect(await server.db.setting.count()).toBe(2)
})

test('a wide logo stands for the name, which is read out still', async () => {
  const { server } = stage
  const wide = `data:image/png;base64,${png(120, 30).toString('base64')}`
  await server.db.$transaction(async (tx) => {
    await tx.setting.create({ data: { name: 'logo', value: wide } })
    await notify(tx, { kind: 'setting', id: 'logo' })
  })
  const page = await stage.open()
  await expect
    .poll(async () => {
      await page.goto(`${server.url}/sign-in`)
      return page.locator('.logo-wide').count()
    })
    .toBe(1)
  await page.getByRole('link', { name: 'Keygrant' }).first().waitFor()
})
