/** What the commands about people work with: the same as the server's pages, and mail that is out before the command ends. */
import { readConfig, type Config } from '../config.ts'
import { createViews } from '../http/views.ts'
import { endAccess } from '../oidc/sessions/end-access.ts'
import { createUserServices } from '../pages/accounts/user-services.ts'
import { createMail } from '../platform/mail.ts'
import { createPasswords } from '../users/passwords.ts'
import type { UserServices } from '../users/services.ts'
import { openWorkbench, type Workbench } from './workbench.ts'

export interface PeopleBench extends AsyncDisposable {
  bench: Workbench
  services: UserServices
  /** Whether what is posted reaches a mail server. */
  mails: boolean
}

/** A mail server that doesn't answer shouldn't hold the command for longer; the link is printed besides. */
const MAIL_PATIENCE_MS = 10_000

export async function openPeopleBench(config: Config = readConfig()): Promise<PeopleBench> {
  await using opening = new AsyncDisposableStack()
  const bench = opening.use(await openWorkbench(config))
  const { db, clock, secrets, log } = bench
  const mail = createMail({ smtp: config.smtp, log, clock })
  opening.defer(() => mail.drain(MAIL_PATIENCE_MS))
  const services = createUserServices({
    db,
    clock,
    secrets,
    passwords: createPasswords({ concurrency: 1, queueLimit: 1 }),
    endAccess,
    publicUrl: config.publicUrl,
    platformName: config.platform.name,
    views: createViews({ platform: config.platform, mode: config.mode }),
    mail,
  })
  const open = opening.move()
  return { bench, services, mails: config.smtp !== null, [Symbol.asyncDispose]: () => open.disposeAsync() }
}
