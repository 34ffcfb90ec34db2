/** The connection to the mail server: encrypted beyond this machine, bounded in time and number. */
import nodemailer from 'nodemailer'
import type { MailMessage, Sender } from './mail-message.ts'
import { BusyError, createWorkLimit } from './work-limit.ts'

export interface Transport {
  /** Throws `MailError`. */
  send(id: string, message: MailMessage): Promise<void>
  /** Breaks off what is on its way. */
  close(): void
}

/**
 * Why the mail server didn't take a message. It carries codes only: servers repeat addresses and parts of the message in
 * what they answer, and a message holds links that must never reach a log.
 */
export class MailError extends Error {
  override name = 'MailError'
  /** The server refused it for good (5xx), so that another try is in vain. */
  readonly permanent: boolean
  /** For the log. */
  readonly facts: { smtpError: string; smtpStatus: number | null }

  constructor(error: unknown) {
    const { code, responseCode, permanent } = error as { code?: unknown; responseCode?: unknown; permanent?: unknown }
    const facts = {
      smtpError: typeof code === 'string' ? code : error instanceof Error ? error.name : 'unknown',
      smtpStatus: typeof responseCode === 'number' ? responseCode : null,
    }
    super(`the mail server did not take the message (${[facts.smtpError, facts.smtpStatus ?? ''].join(' ').trim()})`)
    this.permanent = permanent === true
    this.facts = facts
  }
}

export interface TransportOptions {
  url: string
  /** Asked for each message. */
  from: () => Sender
  timeoutMs: number
  queueLimit: number
}

const CONCURRENCY = 4

export function createTransport({ url, from, timeoutMs, queueLimit }: TransportOptions): Transport {
  const transport = nodemailer.createTransport({
    url,
    ...(mustEncrypt(url) ? { requireTLS: true } : {}),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const limit = createWorkLimit({ concurrency: CONCURRENCY, queueLimit, maxWaitMs: timeoutMs })
  const closing = new AbortController()

  return {
    async send(id, { to, subject, text, html, unsubscribeUrl }) {
      const sender = from()
      try {
        await limit.run(() =>
          transport.sendMail({
            from: typeof sender === 'string' ? sender : { ...sender },
            // An object is taken as it is; a text would be parsed as a list.
            to: { name: '', address: to },
            subject,
            text,
            html,
            messageId: `<${id}@${domainOf(sender)}>`,
            // RFC 3834: nobody's holiday notice needs to answer.
            headers: {
              'Auto-Submitted': 'auto-generated',
              ...(unsubscribeUrl !== undefined && { 'List-Unsubscribe': `<${unsubscribeUrl}>` }),
            },
            signal: AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]),
          }),
        )
      } catch (error) {
        throw error instanceof BusyError ? new MailError({ code: 'EBUSY' }) : new MailError(error)
      }
    },
    close() {
      closing.abort()
      transport.close()
    },
  }
}

function domainOf(sender: Sender): string {
  const address = typeof sender === 'string' ? sender : sender.address
  return /@([^\s>]+)>?\s*$/.exec(address)?.[1] ?? 'localhost'
}

/**
 * Mails carry sign-in links, so `smtp:` insists on STARTTLS except to this machine: an attacker on the way could
 * otherwise take the offer out. `?requireTLS=false` in the URL is how an administrator says that the way is safe.
 */
function mustEncrypt(url: string): boolean {
  const { protocol, hostname, searchParams } = new URL(url)
  const loopback = hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
  return protocol === 'smtp:' && !loopback && !searchParams.has('requireTLS') && !searchParams.has('ignoreTLS')
}
