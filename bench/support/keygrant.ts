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
import { openDatabase, type Database } from '../../src/platform/database.ts'
import { freePort } from '../../src/platform/embedded-server.ts'
import { createLog } from '../../src/platform/log.ts'
import { createSecrets, type Secrets } from '../../src/platform/secrets.ts'
import { applyResources } from '../../src/resources/apply.ts'
import { readResourcesFile } from '../../src/resources/file.ts'
import { createUser } from '../../src/users/create-user.ts'
import { temporaryFolder } from './postgres.ts'
import { startNode, type Measured } from './processes.ts'
import { firstAnswer } from './first-answer.ts'
import { clientMetadata, resource, scope, sessionCount, type Slot, type Target } from './target.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const secretKey = 'bench-only-key-0123456789-abcdefghijklmnopqrstuvwxyz'
const context = systemContext(clock)

/** Null: the embedded database, in `dataDir`. */
export interface ServerPlace {
  databaseUrl: string | null
  dataDir: string
}

/** The program as it is started in earnest, but for its address. */
async function startKeygrantServer(
  { databaseUrl, dataDir }: ServerPlace,
  options: { pinned?: boolean; nodeArgs?: readonly string[]; checkout?: string } = {},
): Promise<Measured & { port: number; url: string }> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  // As `npm start` runs it.
  const program = ['--max-semi-space-size=8', join(options.checkout ?? root, 'src/main.ts')]
  const measured = startNode([...(options.nodeArgs ?? []), ...program], {
    env: {
      PUBLIC_URL: url,
      HOST: '127.0.0.1',
      PORT: String(port),
      DATA_DIR: dataDir,
      SECRET_KEY: secretKey,
      ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }),
    },
    logFile: join(dataDir, 'bench.log'),
    ...options,
  })
  return { ...measured, port, url }
}

export async function openKeygrant(
  name: string,
  databaseUrl: string,
  options: { nodeArgs?: readonly string[]; checkout?: string } = {},
): Promise<Target> {
  await using opening = new AsyncDisposableStack()
  const dataDir = await temporaryFolder(opening)
  const server = opening.use(await startKeygrantServer({ databaseUrl, dataDir }, options))
  await firstAnswer(server)
  await using database = openDatabase({ url: databaseUrl, poolSize: 2, log: createLog('warn') })
  const { client, slots } = await addSessions(database, server.url)
  const open = opening.move()
  return {
    ...server,
    name,
    authorizePath: '/oauth2/authorize',
    tokenPath: '/oauth2/token',
    client,
    slots,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** By the program's own functions, without passwords: their hashing is slow on purpose. */
async function addSessions(database: Database, url: string): Promise<Pick<Target, 'client' | 'slots'>> {
  const { prisma: db } = database
  const secrets = createSecrets([secretKey])
  await db.$transaction((tx) => applyResources(tx, resources(), { prune: false, dryRun: false }, context))
  const checked = checkRegistration(clientMetadata)
  if (!checked.ok) throw new Error(JSON.stringify(checked.faults))
  const services = { db, secrets, clock }
  const { client, secret } = await registerClient(services, checked.registration, 'administrator', context)
  const signIn = signingIn(database, secrets, url)
  const slots: Slot[] = []
  for (let index = 0; index < sessionCount; index++) {
    const userId = await addPerson(database, client)
    slots.push({ cookie: await signIn(userId), refreshToken: null })
  }
  return { client: { id: client.id, secret: secret ?? '' }, slots }
}

function resources() {
  const name = { title: 'See your reports' }
  const reports = { identifier: resource, scopes: { [scope]: name } }
  const reading = readResourcesFile(JSON.stringify({ version: 1, resources: { reports } }))
  if (!reading.ok || !reading.resources) throw new Error(JSON.stringify(reading))
  return reading.resources
}

async function addPerson({ prisma: db }: Database, client: Client): Promise<string> {
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
      resourceScopes: { [resource]: [scope] },
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
