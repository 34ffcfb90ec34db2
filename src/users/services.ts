/** What the acts of this folder work with. Each names, of these, what it uses; the server puts them together once. */
import type { Organizations } from '../organizations/organization.ts'
import type { MailModels, MailName } from '../http/page-models.ts'
import type { Locale } from '../http/messages.ts'
import type { QueueMail } from '../notices/mail/queue.ts'
import type { Clock } from '../platform/clock.ts'
import type { Db } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Passwords } from './passwords.ts'
import type { EndAccess } from './sessions.ts'

export interface UserServices {
  db: Db
  clock: Clock
  secrets: Secrets
  passwords: Passwords
  organizations: Organizations
  endAccess: EndAccess
  sendMail: SendMail
  queueMail: QueueMail
  /** The issuer, without a trailing slash: what links in mails begin with. */
  publicUrl: string
  /** Read when it is needed: it may be changed while the server runs. */
  readonly platformName: string
}

/**
 * Hands a mail over that holds a link, or is for nobody we know: no table has it, and who doesn't get it asks again. Called
 * after the commit, so that nobody is told of what didn't happen. What else follows from a change goes by `queueMail`.
 */
export type SendMail = <K extends MailName>(mail: K, to: string, model: MailModels[K], locale: Locale) => void
