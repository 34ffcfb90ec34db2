/** What the commands about people work with: the same as the server's pages, and mail that is out before the command ends. */
import { ConfigurationError, readConfig, type Config } from '../config.ts'
import { readMessageFiles } from '../http/message-files.ts'
import { addCatalogues } from '../http/messages.ts'
import { createBrand } from '../http/brand.ts'
import { createViews, type Views } from '../http/views.ts'
import { endAccess } from '../oidc/sessions/end-access.ts'
import { createUserServices } from '../pages/accounts/user-services.ts'
import { createMail } from '../platform/mail.ts'
import { createPasswords } from '../users/passwords.ts'
import { liveBrand, livePlatform, liveSmtp } from '../settings/live.ts'
import { createSettings, type Settings } from '../settings/settings.ts'
import type { UserServices } from '../users/services.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

export interface PeopleBench extends AsyncDisposable {
  bench: Workbench
  services: UserServices
  settings: Settings
  /** Whether what is posted reaches a mail server. */
  mails: boolean
}

/** Nothing is told of changes here: what is held is read again before each that depends on it. */
export const unheard = { on: () => undefined, onGap: () => undefined }

/** A mail server that doesn't answer shouldn't hold the command for longer; the link is printed besides. */
const MAIL_PATIENCE_MS = 10_000

export async function openPeopleBench(config: Config = readConfig()): Promise<PeopleBench> {
  await using opening = new AsyncDisposableStack()
  const bench = opening.use(await openWorkbench(config))
  const { db, clock, secrets, log } = bench
  const settings = opening.use(await createSettings({ db, given: config.settings, changes: unheard, log }))
  const platform = livePlatform(settings)
  const words = readMessageFiles(config.messagesDir)
  if (words.faults.length > 0) throw new ConfigurationError(words.faults)
  opening.use(addCatalogues(words.catalogues))
  const { brand } = createBrand(liveBrand(settings), config.publicUrl)
  const mail = createMail({ smtp: liveSmtp(settings, config.smtp), log, clock })
  opening.defer(() => mail.drain(MAIL_PATIENCE_MS))
  const services = createUserServices({
    db,
    clock,
    secrets,
    passwords: createPasswords({ concurrency: 1, queueLimit: 1 }),
    endAccess,
    publicUrl: config.publicUrl,
    platform,
    views: onceNeeded(() => createViews({ platform, brand, mode: config.mode })),
    mail,
  })
  const open = opening.move()
  return {
    bench,
    services,
    settings,
    mails: config.smtp !== null,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** Few commands mail something, and the templates of every language take longer to read than all else. */
function onceNeeded(make: () => Views): Pick<Views, 'renderMail'> {
  let views: Views | undefined
  return {
    renderMail(...mail) {
      views ??= make()
      return views.renderMail(...mail)
    },
  }
}
