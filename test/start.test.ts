/** `npm start` as an operator lives with it: the first start, the second, signals, and an end without warning. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createAgent } from './support/agent.ts'
import { createTestDatabase } from './support/database.ts'
import { nodeEnvironment } from './support/node-environment.ts'
import { freePort } from './support/server.ts'

let dataDir: string
let started: ChildProcess[] = []

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'keygrant-start-'))
})
afterEach(async () => {
  await Promise.all(started.map((child) => stopped(child, 'SIGTERM')))
  started = []
  await rm(dataDir, { recursive: true, force: true })
})

interface Running {
  child: ChildProcess
  url: string
  output(): string
}

/** Resolves when it is ready; with `terminal` it runs on one. */
async function start({
  settings = {},
  terminal = false,
}: { settings?: Record<string, string>; terminal?: boolean } = {}): Promise<Running> {
  const port = await freePort()
  const [command, ...args] = terminal
    ? (['script', '-qfec', 'npm start', '/dev/null'] as const)
    : (['npm', 'start'] as const)
  const { HOME } = process.env
  const child = spawn(command, args, {
    env: { ...nodeEnvironment(), HOME, PORT: String(port), DATA_DIR: dataDir, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  started.push(child)
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const url = `http://localhost:${port}`
  for (;;) {
    if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}:\n${text}`)
    const answer = await fetch(`${url}/health/ready`).catch(() => null)
    if (answer?.ok) return { child, url, output: () => text }
    await delay(50)
  }
}

async function stopped(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await gone
  }
  return child.exitCode
}

const keyIn = (text: string): string | undefined => /kg_live_\w{36}/.exec(text)?.[0]
const asks = (url: string, key: string | undefined) =>
  fetch(`${url}/v1/keys/self`, { headers: { authorization: `Bearer ${key ?? ''}` } })

const linkIn = (text: string): string | undefined => /http:\/\/localhost:\d+\/links\/[\w-]+/.exec(text)?.[0]

test('the first start puts the link and an API key into a file that only its owner reads, and names the file; SIGTERM ends it all; the second start prints no secret', async () => {
  const first = await start()
  await expect.poll(first.output).toContain('Keygrant is serving')
  const file = join(dataDir, 'first-run.json')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const { url, sign_in_link: link, api_key: key } = JSON.parse(await readFile(file, 'utf8')) as Record<string, string>
  expect(url).toBe(first.url)
  // Before anybody has opened the link.
  expect(await (await asks(first.url, key)).json()).toMatchObject({ name: 'bootstrap', tier: 'enterprise' })
  expect(first.output()).toContain(file)
  expect(first.output()).toContain('/demo')
  expect(linkIn(first.output())).toBeUndefined()
  expect(keyIn(first.output())).toBeUndefined()

  // It makes whoever opens it the administrator, once.
  const agent = createAgent(first.url)
  await agent.get(link ?? '')
  const answer = await agent.submit(new URL(link ?? '').pathname, {
    name: 'Ann',
    password: 'three blue ducks swim north',
  })
  expect((await agent.follow(answer)).html).toContain('admin@localhost')
  expect((await createAgent(first.url).get(link ?? '')).status).not.toBe(200)

  // A SIGTERM to npm ends the server and its database.
  const cluster = join(dataDir, 'postgres', 'cluster')
  expect(await readdir(cluster)).toContain('postmaster.pid')
  expect(await stopped(first.child, 'SIGTERM')).toBe(0)
  expect(await readdir(cluster)).not.toContain('postmaster.pid')

  const second = await start()
  await expect.poll(second.output).toContain('Keygrant is serving')
  expect(linkIn(second.output())).toBeUndefined()
  expect(keyIn(second.output())).toBeUndefined()
  expect((await asks(second.url, key)).status).toBe(200)
  expect(second.output()).not.toContain('first-run.json')
})

test('on a terminal the first start prints the address, the link, the API key and the demo, once and readably; a kill -9 leaves nothing that stops the next start', async () => {
  const { output, url, child } = await start({ terminal: true })
  await expect.poll(() => linkIn(output())).toBeDefined()
  expect(output()).toContain(`Keygrant is running at   ${url}`)
  expect(output()).toContain(`${url}/demo`)
  expect(output().split(linkIn(output()) ?? '')).toHaveLength(2)
  expect(output().split(keyIn(output()) ?? '')).toHaveLength(2)
  expect((await asks(url, keyIn(output()))).status).toBe(200)
  expect(await readdir(dataDir)).not.toContain('first-run.json')

  await expect.poll(output).toContain('"pid":')
  process.kill(Number(/"pid":(\d+)/.exec(output())?.[1]), 'SIGKILL')
  await stopped(child, 'SIGKILL')
  const again = await start()
  expect((await fetch(`${again.url}/health/ready`)).status).toBe(200)
})

// These start on a database that is there: making one takes longer than all else.
test('a weak bootstrap password refuses the start and says so', async () => {
  await using database = await createTestDatabase()
  const settings = {
    DATABASE_URL: database.url,
    BOOTSTRAP_ADMIN_EMAIL: 'ann@example.com',
    BOOTSTRAP_ADMIN_PASSWORD: 'passwordpassword1',
  }
  await expect(start({ settings })).rejects.toThrow('BOOTSTRAP_ADMIN_PASSWORD is a common or guessable password')
})

test('a mistyped bootstrap key refuses the start and says so', async () => {
  await using database = await createTestDatabase()
  const settings = {
    DATABASE_URL: database.url,
    BOOTSTRAP_ADMIN_KEY: 'kg_live_0000000000000000000000000000000000aa',
  }
  await expect(start({ settings })).rejects.toThrow('BOOTSTRAP_ADMIN_KEY is not a well-formed API key')
})

test('production without its settings ends with status 1 and names each of them', async () => {
  await expect(start({ settings: { HOST: '0.0.0.0' } })).rejects.toThrow(
    /ended with 1:[\s\S]*PUBLIC_URL is missing[\s\S]*DATABASE_URL is missing[\s\S]*SECRET_KEY is missing/,
  )
})
