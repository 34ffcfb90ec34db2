/** Our server as a process of its own, with a client, people who have consented, and their sessions. */
import { IncomingMessage, ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Koa from 'koa'
import { systemContext } from '../../src/audit/record.ts'
import type { Client } from '../../src/clients/client.ts'
import { clientFingerprint } from '../../src/clients/fingerprint.ts'
import { checkRegistration } from '../../src/clients/metadata-rules.ts'
import { registerClient } from '../../src/clients/register.ts'
import { giveConsent } from '../../src/grants/consent.ts'
import { cookieRules } from '../../src/http/cookies.ts'
import { createSessions } from '../../src/oidc/sessions/sessions.ts'
import { createUnits } from '../../src/oidc/units.ts'
import { joinOrganization } from '../../src/organizations/join.ts'
import { createPersonalOrganization } from '../../src/organizations/personal.ts'
import { systemClock as clock } from '../../src/platform/clock.ts'
import { openDatabase, type Database, type Db } from '../../src/platform/database.ts'
import { freePort } from '../../src/platform/embedded-server.ts'
import { createLog } from '../../src/platform/log.ts'
import { createSecrets, type Secrets } from '../../src/platform/secrets.ts'
import { applyResources } from '../../src/resources/apply.ts'
import { resourceEntries, resourcesOf } from '../../src/resources/file-schema.ts'
import { createUser } from '../../src/users/create-user.ts'
import { temporaryFolder } from './postgres.ts'
import { startNode, type Measured } from './processes.ts'
import { firstAnswer } from './first-answer.ts'
import { clientMetadata, reports, sessionCount, type ProtectedApi, type Slot, type Target } from './target.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
export const secretKey = 'bench-only-key-0123456789-abcdefghijklmnopqrstuvwxyz'
const context = systemContext(clock)

export interface StartOptions {
  nodeArgs?: readonly string[]
  /** The folder of another version. */
  checkout?: string
  /** Settings over the defaults, by their environment names. */
  settings?: Record<string, string>
}

export interface KeygrantServer extends Measured {
  port: number
  url: string
}

/** The program as it is started in earnest, but for its address; resolves when it answers. */
export async function openServer(databaseUrl: string, options: StartOptions = {}): Promise<KeygrantServer> {
  const { nodeArgs = [], checkout = root, settings = {} } = options
  await using opening = new AsyncDisposableStack()
  const dataDir = await temporaryFolder(opening)
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // As `npm start` runs it.
  const program = ['--max-semi-space-size=8', join(checkout, 'src/main.ts')]
  const measured = opening.use(
    startNode([...nodeArgs, ...program], {
      env: {
        PUBLIC_URL: url,
        HOST: '127.0.0.1',
        PORT: String(port),
        DATA_DIR: dataDir,
        DATABASE_URL: databaseUrl,
        SECRET_KEY: secretKey,
        ...settings,
      },
      logFile: join(dataDir, 'bench.log'),
    }),
  )
  await firstAnswer({ ...measured, port })
  const open = opening.move()
  return { ...measured, port, url, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

/** With a client and signed-in people. */
export async function openKeygrant(name: string, databaseUrl: string, options: StartOptions = {}): Promise<Target> {
  await using opening = new AsyncDisposableStack()
  const server = opening.use(await openServer(databaseUrl, options))
  await using database = openDatabase({ url: databaseUrl, poolSize: 2, log: createLog('warn') })
  await addResources(database.prisma, [reports])
  const { client, slots } = await addSessions(database, server.url, [reports])
  const open = opening.move()
  return { ...server, ...flowPaths, name, client, slots, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

export const flowPaths = { authorizePath: '/oauth2/authorize', tokenPath: '/oauth2/token' }

export async function addResources(db: Db, apis: readonly ProtectedApi[]): Promise<void> {
  const resources = Object.fromEntries(
    apis.map(({ name, identifier, scope, format, lifetime }) => [
      name,
      { identifier, access_token: { format, lifetime }, scopes: { [scope]: { title: `Use ${name}` } } },
    ]),
  )
  const defined = resourcesOf(resourceEntries.parse(resources))
  await db.$transaction((tx) => applyResources(tx, defined, { prune: false, dryRun: false }, context))
}

/** By the program's own functions, without passwords: their hashing is slow on purpose. */
export async function addSessions(
  database: Database,
  url: string,
  apis: readonly ProtectedApi[],
  count = sessionCount,
): Promise<Pick<Target, 'client' | 'slots'>> {
  const { prisma: db } = database
  const secrets = createSecrets([secretKey])
  const checked = checkRegistration(clientMetadata)
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults))
  const services = { db, secrets, clock }
  const { client, secret } = await db.$transaction((tx) =>
    registerClient(tx, services, checked.registration, 'administrator', context),
  )
  const signIn = signingIn(database, secrets, url)
  const slots: Slot[] = []
  for (let index = 0; index < count; index++) {
    const userId = await addPerson(database, client, apis)
    slots.push({ cookie: await signIn(userId), accessToken: null, refreshToken: null })
  }
  return { client: { id: client.id, secret: secret ?? '' }, slots }
}

async function addPerson({ prisma: db }: Database, client: Client, apis: readonly ProtectedApi[]): Promise<string> {
  const user = await db.$transaction((tx) =>
    createUser(
      tx,
      { organizations: { createPersonal: createPersonalOrganization, join: joinOrganization } },
      {
        email: `${crypto.randomUUID()}@example.com`,
        name: 'Ann Example',
        passwordHash: null,
        emailVerified: true,
        administrator: false,
        locale: null,
        by: 'operator',
      },
      context,
    ),
  )
  if (!user) throw new Error('the address is taken')
  await giveConsent(
    db,
    { userId: user.id, clientId: client.id, clientFingerprint: clientFingerprint(client), organizationId: null },
    {
      oidcScopes: ['openid'],
      refusedOidcScopes: [],
      claims: [],
      refusedClaims: [],
      resourceScopes: Object.fromEntries(apis.map(({ identifier, scope }) => [identifier, [scope]])),
      refusedResourceScopes: {},
    },
    context,
  )
  return user.id
}

/** Signs in as the pages do, with a request that nobody sent. @returns what the browser would send from then on */
function signingIn({ pool }: Database, secrets: Secrets, url: string): (userId: string) => Promise<string> {
  const app = new Koa()
  app.keys = secrets.cookieSigner
  const sessions = createSessions({ units: createUnits({ pool, secrets, clock }), cookies: cookieRules(url) })
  return async (id) => {
    const request = new IncomingMessage(new Socket())
    const response = new ServerResponse(request)
    const ctx = app.createContext(request, response)
    ctx.state = { requestId: 'bench', caller: { address: '127.0.0.1' } }
    await sessions.signIn(ctx, { id, passwordChangedAt: null }, { amr: ['pwd'] })
    return [response.getHeader('set-cookie')]
      .flat()
      .map((line) => String(line).split(';')[0])
      .join('; ')
  }
}
