/** Over https, as in production: cookies that only this host can set, and a consent that leads to a site of another name. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { createCertificate, type Certificate } from '../support/certificate.ts'
import { addPerson, freePort } from '../support/server.ts'
import { arrive, beginAt, heading, press, signIn } from './person.ts'
import { openStage, type Stage } from './stage.ts'

let folder: string
let usual: string[]
let certificate: Certificate
let stage: Stage

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keygrant-https-'))
  certificate = createCertificate()
  await writeFile(join(folder, 'cert.pem'), certificate.cert)
  await writeFile(join(folder, 'key.pem'), certificate.key)
  // The sites of this process ask the server for tokens. Alone: another file's may have the same name.
  usual = getCACertificates()
  setDefaultCACertificates([certificate.cert])
  const port = await freePort()
  stage = await openStage({
    settings: {
      PUBLIC_URL: `https://localhost:${port}`,
      PORT: String(port),
      TLS_CERT: join(folder, 'cert.pem'),
      TLS_KEY: join(folder, 'key.pem'),
    },
  })
})
afterEach(() => stage.clear())
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  setDefaultCACertificates(usual)
  await rm(folder, { recursive: true })
})

test('leads from sign-in to consent to a site of another name, and its sign-out back', async () => {
  const person = await addPerson(stage.server)
  const site = await stage.addSite({ host: 'app.example.com', certificate })
  const page = await stage.open({ context: { ignoreHTTPSErrors: true } })
  await beginAt(page, site)
  await signIn(page, person)
  await page.getByText(`Next you go to ${new URL(site.origin).host}`).waitFor()
  await press(page, 'Allow')
  await arrive(page, site)
  expect(site.last()).toMatchObject({ error: null, parameters: { iss: stage.server.url } })

  const cookies = await page.context().cookies(stage.server.url)
  expect(cookies.map(({ name }) => name).toSorted()).toContain('__Host-keygrant-session')
  for (const cookie of cookies) {
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Lax', domain: 'localhost', path: '/' })
    expect(cookie.name).toMatch(/^__Host-/)
  }

  await page.goto(`${site.origin}/sign-out`)
  await press(page, 'Sign out')
  await page.waitForURL(`${site.postLogoutRedirectUri}?state=left`)
  await beginAt(page, site)
  await heading(page, 'Sign in')
})
