/** Mail: posted off the request's path, tried a few times, and kept in memory where there is no mail server. */
import { setImmediate, setTimeout } from 'node:timers/promises'
import type { Clock } from './clock.ts'
import type { Log } from './log.ts'
import { assertMailAddress, cleanSubject, type MailMessage, type Sender } from './mail-message.ts'
import { createTransport, MailError, type Transport } from './mail-transport.ts'
import { randomBase62 } from './random.ts'

export interface CapturedMail extends MailMessage {
  readonly id: string
  readonly from: string
  readonly at: Date
}

export interface Mail {
  /** Resolves when the mail server has taken the message; throws `MailError` when it has not, after the last try. */
  send(message: MailMessage): Promise<void>
  /**
   * Returns at once and sends afterwards, so that the time of an answer doesn't tell whether anybody was written to.
   * What can't be delivered is logged.
   */
  post(message: MailMessage): void
  /** One try, for whoever tries again by themselves. Throws `MailError`. */
  tryOnce(id: string, message: MailMessage): Promise<void>
  /** The last hundred messages, newest first, where no mail server is configured. */
  captured(): CapturedMail[]
  /** Before the process ends: gives what is on its way one more try now, waits so long at most, and gives up the rest. */
  drain(maxWaitMs: number): Promise<void>
}

export interface MailOptions {
  smtp: { url: string; from: () => Sender } | null
  log: Log
  clock: Clock
  /** The pauses between tries; there is one try more than pauses. */
  retryDelaysMs?: readonly number[]
  /** For one try, from connecting to the server's last word. */
  timeoutMs?: number
}

const CAPTURED_LIMIT = 100
const CAPTURED_FROM = 'no-reply@localhost'
/** Mail servers defer a first contact (greylisting) for a minute or more. What must survive a restart waits in notices/. */
const RETRY_DELAYS_MS = [1_000, 10_000, 60_000, 300_000]
const TIMEOUT_MS = 30_000
/** Beyond this the mail server has been away for long, and memory matters more than one more message. */
const PENDING_LIMIT = 1_000

export function createMail({ smtp, log, clock, ...options }: MailOptions): Mail {
  const { retryDelaysMs = RETRY_DELAYS_MS, timeoutMs = TIMEOUT_MS } = options
  const transport = smtp === null ? null : createTransport({ ...smtp, timeoutMs, queueLimit: PENDING_LIMIT })
  const captured: CapturedMail[] = []
  const pending = new Set<Promise<void>>()
  const draining = new AbortController()

  function capture(id: string, message: MailMessage): void {
    captured.unshift({ ...message, id, from: CAPTURED_FROM, at: clock.now() })
    captured.length = Math.min(captured.length, CAPTURED_LIMIT)
  }

  async function deliver(id: string, message: MailMessage): Promise<void> {
    if (transport === null) return capture(id, message)
    for (const delayMs of [...retryDelaysMs, null]) {
      const failure = await tryOnce(transport, id, message)
      if (failure === null) return log.info({ mailId: id }, 'mail sent')
      if (failure.permanent || delayMs === null || draining.signal.aborted) throw failure
      log.warn({ mailId: id, ...failure.facts, retryInMs: delayMs }, 'mail not sent, will be tried again')
      await pause(delayMs, draining.signal)
    }
  }

  return {
    async send(message) {
      await deliver(newMailId(), checked(message))
    },
    post(message) {
      const id = newMailId()
      const good = checked(message)
      if (pending.size >= PENDING_LIMIT) return log.error({ mailId: id }, 'mail dropped: too many are waiting')
      const job = setImmediate()
        .then(() => deliver(id, good))
        .catch((error: unknown) => {
          log.error({ mailId: id, ...(error instanceof MailError ? error.facts : { err: error }) }, 'mail not sent')
        })
        .finally(() => pending.delete(job))
      pending.add(job)
    },
    async tryOnce(id, message) {
      const good = checked(message)
      if (transport === null) return capture(id, good)
      await transport.send(id, good)
    },
    captured: () => [...captured],
    async drain(maxWaitMs) {
      draining.abort()
      const finished = new AbortController()
      const all = Promise.allSettled(pending).finally(() => finished.abort())
      await Promise.race([all, pause(maxWaitMs, finished.signal)])
      if (pending.size > 0) log.error({ messages: pending.size }, 'mail given up at the end of the process')
      transport?.close()
      await all
    },
  }
}

/** In log lines and in the Message-ID, so that the mail server's log can be followed. */
function newMailId(): string {
  return randomBase62(20)
}

function checked(message: MailMessage): MailMessage {
  assertMailAddress(message.to)
  return { ...message, subject: cleanSubject(message.subject) }
}

async function tryOnce(transport: Transport, id: string, message: MailMessage): Promise<MailError | null> {
  try {
    await transport.send(id, message)
    return null
  } catch (error) {
    if (error instanceof MailError) return error
    throw error
  }
}

async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  // Being cut short is what the signal is for.
  await setTimeout(delayMs, undefined, { signal }).catch(() => undefined)
}
