/** A whole server in this process: the same composition root as in production, on a database of its own. */
import { createServer } from 'node:net'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemContext } from '../../src/audit/record.ts'
import type { Client } from '../../src/clients/client.ts'
import { checkRegistration } from '../../src/clients/metadata-rules.ts'
import { registerClient } from '../../src/clients/register.ts'
import { readConfig, type Config } from '../../src/config.ts'
import { systemClock, type Clock } from '../../src/platform/clock.ts'
import { openDatabase, type Db } from '../../src/platform/database.ts'
import { createLog, type Log } from '../../src/platform/log.ts'
import { createSecrets, type Secrets } from '../../src/platform/secrets.ts'
import { applyResources } from '../../src/resources/apply.ts'
import { resourceEntries, resourcesOf } from '../../src/resources/file-schema.ts'
import { startServer, type RunningServer } from '../../src/server.ts'
import { createUser } from '../../src/users/create-user.ts'
import { createPersonalOrganization } from '../../src/organizations/personal.ts'
import { joinOrganization } from '../../src/organizations/join.ts'
import { createPasswords } from '../../src/users/passwords.ts'
import { createKeyedDatabase, createTestDatabase } from './database.ts'
import { testSecretKey } from './secret-key.ts'
import type pg from 'pg'
import { parse } from 'yaml'

export interface TestServer extends AsyncDisposable {
  url: string
  config: Config
  running: RunningServer
  db: Db
  pool: pg.Pool
  secrets: Secrets
  clock: Clock
  /** Every statement that the server has sent since the last call. */
  statements(): string[]
}

export interface TestServerOptions {
  /** Settings over the defaults, by their environment names. */
  settings?: Record<string, string>
  clock?: Clock
  /** An existing database, for a second node. */
  databaseUrl?: string
  log?: Log
}

export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  await using opening = new AsyncDisposableStack()
  // Signing keys are sealed by the secret key: whoever brings its own has new ones made.
  const createDatabase = options.settings?.['SECRET_KEY'] === undefined ? createKeyedDatabase : createTestDatabase
  const databaseUrl = options.databaseUrl ?? opening.use(await createDatabase()).url
  const dataDir = await mkdtemp(join(tmpdir(), 'keygrant-server-'))
  opening.defer(() => rm(dataDir, { recursive: true, force: true }))
  const port = await freePort()
  const config = readConfig({
    PUBLIC_URL: `http://localhost:${port}`,
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    SECRET_KEY: testSecretKey,
    ...options.settings,
  })
  const clock = options.clock ?? systemClock
  const log = options.log ?? createLog('silent')
  let sent: string[] = []
  const running = opening.use(await startServer(config, { clock, log, onStatement: (text) => sent.push(text) }))
  // A connection of the test's own, so that its statements aren't counted.
  const { prisma: db, pool } = opening.use(openDatabase({ url: databaseUrl, poolSize: 3, log }))
  const open = opening.move()
  return {
    url: config.publicUrl,
    config,
    running,
    db,
    pool,
    secrets: createSecrets(config.secretKeys),
    clock,
    statements() {
      const before = sent
      sent = []
      return before
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

export const testPassword = 'three blue ducks swim north'
const passwords = createPasswords({ concurrency: 2, queueLimit: 100 })
let hashed: Promise<string> | undefined

export interface TestPerson {
  id: string
  email: string
  password: string
}

/** A proven person with `testPassword`, hashed once for the whole file. */
export async function addPerson(
  { db, clock }: Pick<TestServer, 'db' | 'clock'>,
  { email = `ann-${crypto.randomUUID().slice(0, 8)}@example.com`, name = 'Ann Example', administrator = false } = {},
): Promise<TestPerson> {
  hashed ??= passwords.hash(testPassword)
  const passwordHash = await hashed
  const organizations = { createPersonal: createPersonalOrganization, join: joinOrganization }
  const user = await db.$transaction((tx) =>
    createUser(
      tx,
      { organizations },
      { email, name, passwordHash, emailVerified: true, administrator, locale: null, by: 'operator' },
      systemContext(clock),
    ),
  )
  if (!user) throw new Error(`${email} is taken`)
  return { id: user.id, email, password: testPassword }
}

export interface TestClient {
  id: string
  secret: string | null
  client: Client
}

/** Registered as an administrator would, with RFC 7591's names. */
export async function addClient(
  server: Pick<TestServer, 'db' | 'secrets' | 'clock'>,
  metadata: Record<string, unknown> = {},
  attributes: Record<string, unknown> = {},
  origin: Client['origin'] = 'administrator',
): Promise<TestClient> {
  const checked = checkRegistration(
    { client_name: 'ACME Dashboard', redirect_uris: ['https://app.example.com/callback'], ...metadata },
    attributes,
  )
  if (!checked.ok) throw new Error(JSON.stringify(checked))
  const { client, secret } = await server.db.$transaction((tx) =>
    registerClient(tx, server, checked.registration, origin, systemContext(server.clock)),
  )
  return { id: client.id, secret, client }
}

export const reportsIdentifier = 'https://api.example.com/reports'
export const exportsIdentifier = 'https://api.example.com/exports'

/** Two resources: `reports` with JWTs, `exports` with opaque tokens. */
const resourcesFile = `
version: 1
resources:
  reports:
    identifier: ${reportsIdentifier}
    access_token: { format: jwt, lifetime: 900 }
    scopes:
      reports:read:  { title: See your reports, grantable_by: anyone }
      reports:write: { title: Change your reports, optional: true, grantable_by: anyone }
      reports:audit: { title: See who read your reports, optional: true, grantable_by: org_admin }
      reports:purge: { title: Delete everybody's reports, grantable_by: administrator }
  exports:
    identifier: ${exportsIdentifier}
    access_token: { format: opaque, lifetime: 600 }
    scopes:
      exports:run: { title: Export your data, grantable_by: anyone }
`

export async function addResources(
  { db, clock }: Pick<TestServer, 'db' | 'clock'>,
  file = resourcesFile,
): Promise<void> {
  const { resources: entries } = parse(file) as { resources: unknown }
  const resources = resourcesOf(resourceEntries.parse(entries))
  await db.$transaction((tx) => applyResources(tx, resources, { prune: false, dryRun: false }, systemContext(clock)))
}
