/** The programs that the guides show are run as they stand there, against a server. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { Marked, type Tokens } from 'marked'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { guides, guideSlugs, root } from '../../../src/pages/docs/guides/guides.ts'
import { fillText, openPlaceholders } from '../../../src/pages/docs/guides/placeholders.ts'
import { createAgent } from '../../support/agent.ts'
import { addAdministratorKey } from '../../support/api.ts'
import { authorize, openApp, startFlow } from '../../support/flow.ts'
import { addClient, addPerson, startTestServer, type TestServer } from '../../support/server.ts'

const run = promisify(execFile)

interface Example {
  guide: string
  tab: string
  code: string
}

/** Fences that say `run` behind their language. */
async function examplesOf(guide: (typeof guideSlugs)[number]): Promise<Example[]> {
  const markdown = openPlaceholders(await readFile(new URL(guides[guide].file, root), 'utf8'))
  return new Marked().lexer(markdown).flatMap((token) => {
    if (token.type !== 'code') return []
    const { lang = '', text } = token as Tokens.Code
    const [, tab = '', mark] = lang.split(' ')
    return mark === 'run' ? [{ guide, tab, code: text }] : []
  })
}

const all = (await Promise.all(guideSlugs.map(examplesOf))).flat()

// Curl is on every system that runs the tests, and Node runs TypeScript. Python is run where it is.
const python = spawnSync('python3', ['-c', 'import requests'], { stdio: 'ignore' }).status === 0
const runners: Readonly<Record<string, (file: string) => [program: string, arguments: string[]]>> = {
  curl: (file) => ['bash', ['-euo', 'pipefail', file]],
  typescript: (file) => [process.execPath, ['--no-warnings', file]],
  ...(python ? { python: (file: string): [string, string[]] => ['python3', [file]] } : {}),
}
const endings: Readonly<Record<string, string>> = { curl: 'sh', typescript: 'mts', python: 'py' }

let server: TestServer
let folder: string
beforeAll(async () => {
  server = await startTestServer()
  folder = await mkdtemp(path.join(tmpdir(), 'keygrant-examples-'))
})
afterAll(async () => {
  await server?.[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

/** What it printed; a program that ends with a fault makes the test fail with what it said. */
async function execute({ tab, code }: Pick<Example, 'tab' | 'code'>, environment: Record<string, string>) {
  const values = {
    api_url: server.config.apiUrl,
    issuer: server.config.publicUrl,
    platform: 'Northwind',
    support_email: 'help@example.com',
    key_prefix: 'kg',
    key: environment['API_KEY'] ?? '',
  }
  const file = path.join(folder, `${crypto.randomUUID()}.${endings[tab]}`)
  await writeFile(file, fillText(code, values))
  const [program, given] = runners[tab]!(file)
  const { stdout } = await run(program, given, {
    cwd: folder,
    timeout: 30_000,
    env: { PATH: process.env['PATH'], HOME: folder, ...environment },
  })
  return stdout.trim()
}

const runnable = all.filter(({ tab }) => tab in runners)
const byItself = runnable.filter(({ guide }) => guide !== 'oauth' && guide !== 'verifying-webhooks')
const named = byItself.map((example, at) => [`${example.guide}, ${example.tab}, ${at}`, example] as const)

test.concurrent.for(named)('%s runs', async ([, example]) => {
  const inDays = (days: number) => new Date(server.clock.now().getTime() + days * 86_400_000)
  const { key } = await addAdministratorKey(server, { expiresAt: inDays(5) })
  expect(await execute(example, { API_KEY: key })).not.toBe('')
})

test('a rotation gives the key a new secret', async () => {
  const example = byItself.find(({ guide, tab }) => guide === 'rotation' && tab === 'typescript')!
  const { key, id } = await addAdministratorKey(server, {
    expiresAt: new Date(server.clock.now().getTime() + 5 * 86_400_000),
  })
  await execute(example, { API_KEY: key })
  expect(await server.db.apiKeySecret.count({ where: { apiKeyId: id } })).toBe(2)
})

test.concurrent.for(Object.keys(runners))('the code flow, step by step, in %s', async (tab) => {
  const [address, exchange, refresh] = runnable.filter((example) => example.guide === 'oauth' && example.tab === tab)
  const client = await addClient(server, { grant_types: ['authorization_code', 'refresh_token'] })
  const redirectUri = client.client.redirectUris[0] ?? ''
  const app = { CLIENT_ID: client.id, CLIENT_SECRET: client.secret ?? '', REDIRECT_URI: redirectUri }

  // What it sends people to is a request that is taken.
  const url = new URL(await execute(address!, app))
  expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
  const agent = createAgent(server.url)
  expect(new URL((await agent.follow(await agent.get(url.href))).url).pathname).toBe('/sign-in')

  const started = await startFlow(await openApp(server, client), { scope: 'openid offline_access', prompt: 'consent' })
  const callback = await authorize(agent, started, await addPerson(server, { email: `${tab}@example.com` }))
  const tokens = JSON.parse(
    await execute(exchange!, {
      ...app,
      CODE: callback.searchParams.get('code') ?? '',
      CODE_VERIFIER: started.verifier,
    }),
  ) as Record<string, string>
  expect(tokens).toMatchObject({ token_type: 'Bearer', id_token: expect.any(String) })
  const next = JSON.parse(await execute(refresh!, { ...app, REFRESH_TOKEN: tokens['refresh_token']! })) as object
  expect(next).toMatchObject({ access_token: expect.any(String), refresh_token: expect.any(String) })
})

test('a shell works out the signature that the library does', async () => {
  const [example] = runnable.filter(({ guide, tab }) => guide === 'verifying-webhooks' && tab === 'curl')
  const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
  const at = new Date(1_769_860_800_000)
  const environment = { WEBHOOK_SECRET: secret, WEBHOOK_ID: 'evt_1', WEBHOOK_TIMESTAMP: '1769860800', BODY: '{"a":1}' }
  expect(`v1,${await execute(example!, environment)}`).toBe(new Webhook(secret).sign('evt_1', at, '{"a":1}'))
})

test('every example of the tabs is there in each of the four languages', () => {
  const count = (tab: string, guide: string) => all.filter((one) => one.tab === tab && one.guide === guide).length
  for (const guide of new Set(all.map((one) => one.guide))) {
    expect([guide, count('python', guide), count('go', guide)]).toEqual([
      guide,
      count('typescript', guide),
      count('typescript', guide),
    ])
  }
})
