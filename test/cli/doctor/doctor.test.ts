import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Finding } from '../../../src/cli/doctor/finding.ts'
import { createCertificate } from '../../support/certificate.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { createEmptyDatabase } from '../../support/database.ts'
import { openReverseProxy, type ProxyBehaviour } from '../../support/reverse-proxy.ts'
import { testSecretKey } from '../../support/secret-key.ts'
import { addPerson, startTestServer, type TestServer } from '../../support/server.ts'
import { openCommandBench, type CommandBench } from '../command.ts'

let bench: CommandBench
let server: TestServer
beforeAll(async () => {
  bench = await openCommandBench()
  server = await startTestServer({ databaseUrl: bench.databaseUrl })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  await bench[Symbol.asyncDispose]()
})

interface Report {
  status: number
  ok: boolean
  checks: Record<string, Finding>
}

function reportOf({ status, stdout, stderr }: { status: number; stdout: string; stderr: string }): Report {
  if (stdout === '') throw new Error(stderr)
  const { ok, checks } = JSON.parse(stdout) as { ok: boolean; checks: Finding[] }
  return { status, ok, checks: Object.fromEntries(checks.map((finding) => [finding.check, finding])) }
}

const settingsOf = (url: string) => ({ PUBLIC_URL: url, SECRET_KEY: testSecretKey })

async function examine(environment: Record<string, string>): Promise<Report> {
  return reportOf(await bench.run(['doctor', '--json'], { environment }))
}

const statuses = ({ checks }: Report) =>
  Object.fromEntries(Object.values(checks).map(({ check, status }) => [check, status]))
/** What is told of each fault, in one line. */
const faults = ({ checks }: Report) =>
  Object.values(checks)
    .filter(({ status }) => status === 'fault')
    .map(({ check, detail, remedy }) => `${check}: ${detail}. ${remedy}`)

describe('a whole installation', () => {
  test('is well in everything, a real flow among it', async () => {
    const report = await examine(settingsOf(server.url))
    expect(statuses(report)).toEqual({
      configuration: 'ok',
      'database: version': 'ok',
      'database: clock': 'ok',
      'database: migrations': 'ok',
      'database: SECRET_KEY': 'ok',
      'signing keys': 'ok',
      'webhooks: deliveries': 'ok',
      'mail: queue': 'ok',
      'public URL': 'ok',
      'forged Host': 'ok',
      'forged X-Forwarded-Host': 'ok',
      cookies: 'ok',
      'code flow': 'ok',
    })
    expect([report.status, report.ok]).toEqual([0, true])
  })

  test('holds neither the temporary person nor the temporary client afterwards, but notes them', async () => {
    const counts = () => Promise.all([bench.db.user.count(), bench.db.client.count(), bench.db.organization.count()])
    const before = await counts()
    await examine(settingsOf(server.url))
    expect(await counts()).toEqual(before)
    const noted = await bench.db.auditEvent.groupBy({ by: ['type'], where: { actorKind: 'cli' } })
    const types = noted.map(({ type }) => type)
    expect(types).toEqual(expect.arrayContaining(['client.created', 'client.deleted', 'user.created', 'user.deleted']))
  })

  test('is told to people line by line', async () => {
    const { stdout } = await bench.run(['doctor'], { environment: settingsOf(server.url) })
    expect(stdout).toContain('ok     code flow: sign-in, consent, code, tokens and userinfo all work\n')
  })
})

test('what waits to be sent is counted, and warned of once it waits for long', async () => {
  // Nobody sends anything here.
  await using idle = await openCommandBench()
  const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000)
  const { id: userId } = await addPerson({ db: idle.db, clock: systemClock })
  await idle.db.outboxEvent.updateMany({ data: { mailWaits: false, sentAt: new Date() } })
  const seen = async () => {
    const ran = await idle.run(['doctor', '--json'], { environment: settingsOf('http://localhost:1') })
    const { checks } = reportOf(ran)
    return [checks['webhooks: deliveries'], checks['mail: queue']].map((one) => [one?.status, one?.detail])
  }
  const mail = { userId, kind: 'key-created', data: {}, createdAt: ago(200), diesAt: ago(-1_000) }
  await idle.db.queuedMail.create({ data: { ...mail, bundle: 'daily', about: 'later', dueAt: ago(-60) } })
  expect(await seen()).toEqual([
    ['ok', 'none waits'],
    ['ok', '1 waits, none is due yet'],
  ])
  // One that the mail server wouldn't take.
  await idle.db.queuedMail.create({ data: { ...mail, bundle: 'prompt', about: 'now', dueAt: ago(-30), attempts: 3 } })
  await idle.db.outboxEvent.create({ data: { id: 'evt_1', type: 'client.created', at: ago(5.5), data: {} } })
  expect(await seen()).toEqual([
    ['warn', '1 waits, the oldest for 5 minutes'],
    ['warn', '2 wait, the oldest for 3 hours'],
  ])
})

describe('what is wrong is named with its remedy', () => {
  test('a configuration that can not be used, every fault of it', async () => {
    const report = await examine({ PORT: 'many', SIGN_UP: 'perhaps' })
    expect([report.status, report.ok]).toEqual([1, false])
    const { stdout } = await bench.run(['doctor', '--json'], { environment: { PORT: 'many', SIGN_UP: 'perhaps' } })
    expect((JSON.parse(stdout) as { checks: Finding[] }).checks.map(({ detail }) => detail)).toEqual([
      'PORT must be a port number',
      'SIGN_UP must be open, invitation or closed',
    ])
  })

  test('a server that does not run', async () => {
    const report = await examine(settingsOf('http://localhost:1'))
    expect(faults(report)).toEqual([expect.stringMatching(/^public URL: .* Start the server/)])
    expect(report.status).toBe(1)
  })

  test('a database that does not answer, without its password', async () => {
    const DATABASE_URL = 'postgres://keygrant:secret-word@127.0.0.1:1/keygrant'
    const report = await examine({ ...settingsOf(server.url), DATABASE_URL })
    expect(faults(report)).toEqual([expect.stringMatching(/^database: no connection \(ECONNREFUSED\)/)])
    expect(JSON.stringify(report)).not.toContain('secret-word')
  })

  test('a database that is not there', async () => {
    const DATABASE_URL = bench.databaseUrl.replace(/\/\w+$/, '/keygrant_nowhere')
    const report = await examine({ ...settingsOf(server.url), DATABASE_URL })
    expect(faults(report)).toEqual([expect.stringMatching(/^database: there is no such database/)])
  })

  test('a database without tables', async () => {
    await using database = await createEmptyDatabase()
    const report = await examine({ ...settingsOf(server.url), DATABASE_URL: database.url })
    expect(faults(report)).toEqual([expect.stringMatching(/^database: migrations: .* keygrant migrate/)])
  })

  test('a SECRET_KEY of another installation', async () => {
    const SECRET_KEY = 'another-bench-secret-key-0123456789-abcdef'
    const report = await examine({ ...settingsOf(server.url), SECRET_KEY })
    expect(faults(report)).toEqual([expect.stringMatching(/^database: SECRET_KEY: does not fit/)])
  })

  test('an embedded database whose server does not run, which is not started for it', async () => {
    const environment = { ...settingsOf('http://localhost:1'), DATABASE_URL: '' }
    const report = await examine(environment)
    expect(faults(report)).toEqual([
      expect.stringMatching(/^database: the embedded one/),
      expect.stringMatching(/^public URL/),
    ])
  })

  test('another server at the public URL', async () => {
    await using proxy = await openReverseProxy()
    proxy.leadTo(server.running.port)
    const report = await examine(settingsOf(proxy.url))
    expect(faults(report)).toEqual([expect.stringMatching(/^public URL: the server there is .* same PUBLIC_URL/)])
  })
})

describe('behind a proxy', () => {
  /** Examines a server behind a proxy of this behaviour; over https by the program, which trusts the certificate. */
  async function behind(behaviour: ProxyBehaviour, settings: Record<string, string> = {}): Promise<Report> {
    await using proxy = await openReverseProxy(behaviour)
    const environment = { ...settings, ...settingsOf(proxy.url), HOST: 'localhost' }
    await using behindProxy = await startTestServer({ databaseUrl: bench.databaseUrl, settings: environment })
    proxy.leadTo(behindProxy.running.port)
    if (!behaviour.certificate) return await examine(environment)
    const trusted = join(bench.folder, 'trusted.pem')
    await writeFile(trusted, behaviour.certificate.cert)
    const given = { environment: { ...environment, NODE_EXTRA_CA_CERTS: trusted } }
    return reportOf(await bench.spawn(['doctor', '--json'], given))
  }

  const certificate = createCertificate()
  const trusted = { TRUSTED_PROXIES: '127.0.0.1,::1' }

  test('that does its work, all is well', async () => {
    const report = await behind(
      { certificate, forward: (headers) => ({ ...headers, 'x-forwarded-proto': 'https' }) },
      trusted,
    )
    expect(faults(report)).toEqual([])
    expect(report.checks).toMatchObject({
      encryption: { status: 'ok' },
      'unencrypted requests': { status: 'ok' },
      cookies: { status: 'ok', detail: 'HttpOnly, SameSite=Lax, Secure' },
      'code flow': { status: 'ok' },
    })
  })

  test('that is not trusted, or does not say that a request came encrypted', async () => {
    const report = await behind({ certificate })
    expect(faults(report)).toEqual([expect.stringMatching(/^public URL: .* Set TRUSTED_PROXIES/)])
    expect(report.checks['configuration']).toMatchObject({ status: 'warn' })
  })

  test('whose certificate nobody trusts', async () => {
    await using proxy = await openReverseProxy({ certificate })
    const report = await examine(settingsOf(proxy.url))
    expect(faults(report)).toEqual([expect.stringMatching(/^public URL: .* certificate/)])
  })

  test('that writes the Host of the request into answers', async () => {
    const report = await behind({
      answer: (answer, { headers }) => ({
        ...answer,
        body: answer.body.replaceAll('localhost', headers.host?.split(':')[0] ?? ''),
      }),
    })
    expect(faults(report)).toEqual([expect.stringMatching(/^forged Host: /)])
  })

  test('that takes attributes from cookies', async () => {
    const report = await behind({
      answer: (answer) => {
        const cookies = answer.headers['set-cookie']?.map((line) => line.replace(/; httponly/i, ''))
        return { ...answer, headers: { ...answer.headers, ...(cookies && { 'set-cookie': cookies }) } }
      },
    })
    expect(faults(report)).toEqual([expect.stringMatching(/^cookies: .* is not HttpOnly/)])
  })

  test('that breaks a step of the flow: it is told which, and what was made for it is gone', async () => {
    const before = await Promise.all([bench.db.user.count(), bench.db.client.count()])
    const report = await behind({
      answer: (answer, { path }) =>
        path === '/oauth2/token' ? { status: 502, headers: {}, body: 'Bad Gateway' } : answer,
    })
    expect(faults(report)).toEqual([
      expect.stringContaining('code flow: token: /oauth2/token was answered with 502 and no JSON'),
    ])
    expect(await Promise.all([bench.db.user.count(), bench.db.client.count()])).toEqual(before)
  })
})
