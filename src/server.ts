/** THE COMPOSITION ROOT: opens everything in order, joins the routes into one table, and closes it all in reverse. */
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import Koa from 'koa'
import { apiDescriptionPage } from './assembly/api-description.ts'
import { schemaRoutes } from './apply/schema-page.ts'
import { apiRoutes, keyOrganizations } from './assembly/api-routes.ts'
import { openChecks } from './assembly/checks.ts'
import { deskOf } from './assembly/desk.ts'
import { describeReturnOf } from './assembly/describe-return.ts'
import { docsOf } from './assembly/docs.ts'
import { serverHealth } from './assembly/health.ts'
import { importedClientSecrets } from './assembly/imported-secrets.ts'
import { leaksOf } from './assembly/leaks.ts'
import { mendsOf } from './assembly/mends.ts'
import { serverMetrics } from './assembly/metrics.ts'
import { openWebhooksOf } from './assembly/webhooks.ts'
import { startSequencer } from './audit/sequencer.ts'
import { ConfigurationError, isLoopback, type Config } from './config.ts'
import { ensureBootstrapKey, type BootstrapKey } from './api-keys/bootstrap-key.ts'
import type { Holders } from './check/holders.ts'
import type { UsageRecorder } from './usage/usage.ts'
import { createClientDirectory } from './clients/directory.ts'
import { apiHeaders, apiRouter } from './http/api/router.ts'
import { assets } from './http/assets.ts'
import { boundary } from './http/boundary.ts'
import { createBrand } from './http/brand.ts'
import { cookieRules } from './http/cookies.ts'
import { entrance } from './http/entrance.ts'
import { createForms } from './http/forms.ts'
import { healthPages } from './http/health.ts'
import { listen } from './http/listen.ts'
import { operationsHandler } from './http/operations.ts'
import { readMessageFiles } from './http/message-files.ts'
import { addCatalogues } from './http/messages.ts'
import { pageRouter, type PageRoute } from './http/pages.ts'
import { createViews } from './http/views.ts'
import { createAnswers } from './oidc/answers.ts'
import { endAccess } from './oidc/sessions/end-access.ts'
import { providerHandler } from './oidc/handler.ts'
import { createInteractions } from './oidc/interaction/interaction.ts'
import { interactionPages } from './oidc/interaction/pages.ts'
import { createProvider } from './oidc/provider.ts'
import { createSessions } from './oidc/sessions/sessions.ts'
import { ensureSigningKeys } from './oidc/signing-keys/signing-keys.ts'
import { openSigningRing } from './oidc/signing-keys/ring.ts'
import { createUnits } from './oidc/units.ts'
import { createAfterwards } from './pages/accounts/afterwards.ts'
import { accountRoutes } from './pages/accounts/routes.ts'
import { createUserServices } from './pages/accounts/user-services.ts'
import { ensureDemo } from './pages/demo/ensure.ts'
import { demoRoutes } from './pages/demo/routes.ts'
import { devMailRoutes } from './pages/dev/mail.ts'
import { siteRoutes } from './pages/site/site.ts'
import { startNotices, type Notices } from './notices/notices.ts'
import { openChanges } from './platform/changes.ts'
import type { Clock } from './platform/clock.ts'
import { openDatabaseClock } from './platform/database-clock.ts'
import { openDatabase } from './platform/database.ts'
import { openEmbeddedDatabase } from './platform/embedded-database.ts'
import { ensureInstallation } from './platform/installation.ts'
import { createLog, type Log } from './platform/log.ts'
import { createMail, type Mail } from './platform/mail.ts'
import { migrate } from './platform/migrate.ts'
import { createSecrets } from './platform/secrets.ts'
import { startSweeper, type Sweeper } from './platform/sweeper.ts'
import { lowerWorkerThreads } from './platform/thread-priority.ts'
import { createCatalogue } from './resources/catalogue.ts'
import { managementResource } from './resources/management.ts'
import { protectedResources } from './resources/metadata-page.ts'
import { liveAddresses, liveBrand, liveKeySettings, livePlatform, liveSmtp } from './settings/live.ts'
import { createSettings } from './settings/settings.ts'
import { ensureFirstAdministrator, type FirstAdministrator } from './users/first-administrator.ts'
import { createPasswords, type Passwords } from './users/passwords.ts'

/** What tests put in place of the real thing: time, and where the log goes. */
export interface Overrides {
  clock?: Clock
  log?: Log
  onStatement?: (text: string) => void
}

export interface RunningServer extends AsyncDisposable {
  /** The issuer. */
  url: string
  port: number
  /** Where metrics are; null: nowhere. */
  operationsPort: number | null
  /** Where gateways ask over plain http; null: nowhere. */
  checkPort: number | null
  firstAdministrator: FirstAdministrator
  bootstrapKey: BootstrapKey
  /** For what has to be looked at from outside of HTTP: a test moves time and sweeps, and counts what was computed. */
  inside: {
    sweeper: Sweeper
    notices: Pick<Notices, 'run'>
    mail: Mail
    passwords: Passwords
    usage: UsageRecorder
    holders: Holders
    /** Every page there is. */
    pages: readonly Pick<PageRoute, 'method' | 'path' | 'access'>[]
    refreshSigningKeys(): Promise<void>
  }
}

/** The work on passwords that may run at once, so that it leaves threads and cores to everything else. */
const passwordsAtOnce = 2
const passwordsWaiting = 64
const mailDrainMs = 3_000
/** For what no request waits for: deliveries, and the chain of the audit trail. */
const backgroundConnections = 4

export async function startServer(config: Config, overrides: Overrides = {}): Promise<RunningServer> {
  const log = overrides.log ?? createLog(config.log.level)
  const development = config.mode === 'development'
  await using opening = new AsyncDisposableStack()

  // ── What everything stands on ──
  await lowerWorkerThreads(log)
  const url = config.database.url ?? opening.use(await openEmbeddedDatabase({ dataDir: config.dataDir, log })).url
  const directUrl = config.database.directUrl ?? url
  await migrate({ url: directUrl, log })
  const database = opening.use(
    openDatabase({
      url,
      poolSize: config.database.poolSize,
      log,
      ...(overrides.onStatement ? { onStatement: overrides.onStatement } : {}),
    }),
  )
  const { pool, prisma: db } = database
  const time = overrides.clock
    ? { clock: overrides.clock, offsetMs: () => 0 }
    : opening.use(await openDatabaseClock({ pool, log }))
  const { clock } = time
  const secrets = createSecrets(config.secretKeys)
  const installedAt = await ensureInstallation(db, secrets)
  await ensureSigningKeys({ db, secrets, clock })
  const changes = opening.use(await openChanges({ url: directUrl, log, clock }))
  const settings = opening.use(await createSettings({ db, given: config.settings, changes, log }))
  const platform = livePlatform(settings)
  const mail = createMail({ smtp: liveSmtp(settings, config.smtp), log, clock })
  opening.defer(() => mail.drain(mailDrainMs))
  const words = readMessageFiles(config.messagesDir)
  if (words.faults.length > 0) throw new ConfigurationError(words.faults)
  opening.use(addCatalogues(words.catalogues))
  const { brand, brandAssets } = createBrand(liveBrand(settings), config.publicUrl)
  const views = createViews({ platform, brand, mode: config.mode })
  const cookies = cookieRules(config.publicUrl)
  const forms = createForms(secrets, cookies)

  // ── Features ──
  const demo = development ? await ensureDemo({ db, clock, log }, config.publicUrl) : null
  const directory = opening.use(createClientDirectory({ db, changes }))
  const importedSecrets = importedClientSecrets({ db, secrets, clock })
  const builtIn = managementResource({ apiUrl: config.apiUrl, platform, since: installedAt })
  const catalogue = opening.use(await createCatalogue({ db, changes, log, builtIn }))
  const passwords = createPasswords({ concurrency: passwordsAtOnce, queueLimit: passwordsWaiting })
  const users = createUserServices({
    db,
    clock,
    secrets,
    passwords,
    endAccess,
    publicUrl: config.publicUrl,
    platform,
    views,
    mail,
  })
  const makeBootstrapKey = (administratorMade: boolean) =>
    ensureBootstrapKey(
      {
        db,
        clock,
        secrets,
        settings: liveKeySettings(settings, config.apiKeys),
        organizations: keyOrganizations,
        platformName: platform.name,
      },
      { adminKey: config.bootstrap.adminKey, administratorMade },
    )
  // A chosen one works with the first request; one that is drawn is made when nothing hinders any more that it is told.
  const chosenKey = config.bootstrap.adminKey === null ? null : await makeBootstrapKey(false)
  if (chosenKey?.outcome === 'refused') throw new ConfigurationError([`BOOTSTRAP_ADMIN_KEY ${chosenKey.fault}`])
  const firstAdministrator = await ensureFirstAdministrator(users, config.bootstrap)
  if (firstAdministrator.outcome === 'weak_password') {
    throw new ConfigurationError(['BOOTSTRAP_ADMIN_PASSWORD is a common or guessable password: set another one'])
  }
  const afterwards = opening.use(createAfterwards())

  // ── The authorization server ──
  const units = createUnits({ pool, secrets, clock })
  const sessions = createSessions({ units, cookies })
  const interactions = createInteractions({ units, directory })
  const answers = createAnswers(views)
  const ring = opening.use(
    await openSigningRing({
      db,
      secrets,
      clock,
      changes,
      log,
      build: (jwks) =>
        createProvider(
          {
            issuer: config.publicUrl,
            directory,
            importedSecrets,
            catalogue,
            secrets,
            clock,
            cookies,
            currentUnit: units.current,
            ...answers,
          },
          jwks,
        ),
    }),
  )

  // ── Checks and limits ──
  const { publicUrl, trustedProxies } = config
  const links = liveAddresses(settings, { publicUrl, apiUrl: config.apiUrl })
  const apiResource = `${config.apiUrl}/v1`
  const { gate, usage, sharedLimits, limitWatch, lookAt } = opening.use(
    await openChecks({
      config,
      database,
      directUrl,
      onStatement: overrides.onStatement,
      changes,
      clock,
      secrets,
      log,
      catalogue,
      publicJwks: ring.publicJwks,
      links,
      apiResource,
    }),
  )
  const mends = mendsOf({ db, issuer: publicUrl, views, directory, publicJwks: ring.publicJwks, gate })

  // ── Every route of the API ──
  const leaks = leaksOf({ config, db, secrets, clock, log, users })
  const background = opening.use(openDatabase({ url, poolSize: backgroundConnections, log, name: 'background' }))
  const events = { config, directUrl, background: background.prisma, clock, secrets, log }
  const webhooks = opening.use(await openWebhooksOf(events))
  const { enqueue } = webhooks
  const services = { config, db, pool, clock, secrets, catalogue, builtIn, users, settings, leaks, enqueue, lookAt }
  const routesOfApi = apiRoutes(services)
  const { principal: authenticate, noteScope } = gate
  const api = apiRouter(routesOfApi, { db, secrets, clock, authenticate, noteScope })

  // ── Every page there is ──
  const signUp = () => settings.current().sign_up
  const describeReturn = describeReturnOf(interactions)
  const accounts = { users, sessions, cookies, afterwards, signUp, development, describeReturn }
  const whole = { routes: routesOfApi, changes, gate, sharedLimits }
  const routes: PageRoute[] = [
    ...siteRoutes({ signUp, development }),
    // Before the guides, one of which would have its name.
    ...schemaRoutes(),
    ...docsOf({ config, db, clock, links, platform, settings, catalogue, routes: routesOfApi }),
    ...accountRoutes(accounts),
    ...interactionPages({ db, clock, catalogue, interactions, units, views }),
    ...deskOf({ ...services, ...whole, accounts, directory, apiUrl: config.apiUrl }),
    ...[
      ...(development ? devMailRoutes(mail) : []),
      ...(demo ? demoRoutes({ demo, clock, cookies, listener: () => listener }) : []),
    ].map((route) => ({ ...route, localOnly: true })),
  ]
  const pages = pageRouter(routes, { views, forms, findSession: sessions.find })

  // ── One request, from the outside in ──
  /** Not before the first start has done everything, and no more once it ends. */
  let ready = false
  const app = new Koa({ proxy: true })
  app.keys = secrets.cookieSigner
  app.use(entrance({ links, trustedProxies, isLoopback, noteUnencrypted: gate.noteUnencrypted, log }))
  app.use(boundary({ views, links }))
  const health = serverHealth({ pool, changes, publicJwks: ring.publicJwks }, () => !ready)
  app.use(healthPages(health))
  app.use(assets())
  app.use(brandAssets)
  app.use(providerHandler({ units, provider: ring.provider, mends }))
  app.use(protectedResources({ issuer: publicUrl, catalogue, apiResource, documentation: `${publicUrl}/docs` }))
  app.use(apiDescriptionPage({ config, platform, settings, routes: routesOfApi }))
  app.use(apiHeaders)
  app.use(api.routes())
  app.use(api.allowedMethods())
  app.use(pages.routes())
  app.use(pages.allowedMethods())
  app.on('error', (err: unknown) => log.error({ err }, 'an answer could not be sent'))

  const callback = app.callback()
  const rest = (request: IncomingMessage, response: ServerResponse) => void callback(request, response)
  const sweeper = opening.use(startSweeper({ pool, clock, log, clockOffsetMs: time.offsetMs }))
  opening.use(startSequencer({ pool: background.pool, secrets, clock, log, ...config.audit }))
  const told = { db: background.prisma, clock, log, mail, views, publicUrl, watch: limitWatch }
  const notices = opening.use(startNotices(told))
  const parts = { pool, changes, gate, usage, sharedLimits, leaks, webhooks, notices, publicJwks: ring.publicJwks }
  const metrics = serverMetrics({ ...parts, clockOffsetMs: time.offsetMs })
  const operations =
    config.operationsListen &&
    opening.use(await listen(operationsHandler({ metrics, health, log }), { ...config.operationsListen, tls: null }))
  const checks =
    config.check.listen &&
    opening.use(
      await listen(gate.inFrontOf(nothingElse, { plainAllowed: true }), { ...config.check.listen, tls: null }),
    )
  const handler = config.check.public ? gate.inFrontOf(rest, { plainAllowed: false }) : rest
  const listening = opening.use(await listen(handler, { ...config.listen, tls: config.tls }))
  opening.defer(gate.endStreams)
  const listener = {
    host: config.listen.host,
    port: listening.port,
    certificate: config.tls && readFileSync(config.tls.certFile),
  }

  const bootstrapKey = chosenKey ?? (await makeBootstrapKey(firstAdministrator.outcome === 'created'))
  ready = true

  const inside = { sweeper, notices, mail, passwords, usage, holders: gate.holders }
  const open = opening.move()
  return {
    url: config.publicUrl,
    port: listening.port,
    operationsPort: operations?.port ?? null,
    checkPort: checks?.port ?? null,
    firstAdministrator,
    bootstrapKey,
    inside: { ...inside, pages: routes, refreshSigningKeys: ring.refresh },
    async [Symbol.asyncDispose]() {
      ready = false
      await open.disposeAsync()
    },
  }
}

/** At the private address of checks there is nothing else. */
function nothingElse(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404, { 'content-length': 0 }).end()
}
