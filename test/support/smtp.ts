/** A mail server for tests: takes every message on a port of its own, and refuses when told to. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { callbackify } from 'node:util'
import { simpleParser, type ParsedMail } from 'mailparser'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

export interface CaughtMail {
  /** As the envelope has them; who the headers name is in `headers`. */
  from: string
  to: string[]
  subject: string
  text: string
  html: string
  /** Every http address in the text, in its order. */
  links: string[]
  headers: Record<string, string>
  raw: string
}

export interface SmtpCatcher extends AsyncDisposable {
  /** For SMTP_URL. */
  url: string
  /** All messages, in the order of their coming. */
  messages: CaughtMail[]
  /** The first message that `matches` and was not returned before; waits for it when it hasn't come. Throws after ten seconds. */
  next(matches?: (mail: CaughtMail) => boolean): Promise<CaughtMail>
  /** Answers the next recipients with these SMTP codes, one each, before taking any again. */
  refuse(...codes: number[]): void
}

interface Waiting {
  matches: (mail: CaughtMail) => boolean
  resolve: (mail: CaughtMail) => void
}

const PATIENCE_MS = 10_000

export async function startSmtpCatcher(): Promise<SmtpCatcher> {
  const messages: CaughtMail[] = []
  const untaken: CaughtMail[] = []
  const waiting: Waiting[] = []
  const refusals: number[] = []

  function arrive(mail: CaughtMail): void {
    messages.push(mail)
    const index = waiting.findIndex((one) => one.matches(mail))
    const [taker] = index === -1 ? [] : waiting.splice(index, 1)
    if (taker === undefined) untaken.push(mail)
    else taker.resolve(mail)
  }

  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onRcptTo(_address, _session, done) {
      const code = refusals.shift()
      done(code === undefined ? null : Object.assign(new Error('refused by the test'), { responseCode: code }))
    },
    onData(stream, session, done) {
      const receive = callbackify(async () => arrive(await readMail(stream, session)))
      receive((error) => done(error))
    },
  })
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  const { port } = server.server.address() as AddressInfo

  return {
    url: `smtp://127.0.0.1:${port}`,
    messages,
    async next(matches = () => true) {
      const index = untaken.findIndex(matches)
      const [here] = index === -1 ? [] : untaken.splice(index, 1)
      if (here !== undefined) return here
      return new Promise((resolve, reject) => {
        const entry: Waiting = {
          matches,
          resolve(mail) {
            clearTimeout(timer)
            resolve(mail)
          },
        }
        const timer = setTimeout(() => {
          waiting.splice(waiting.indexOf(entry), 1)
          const seen = messages.map((mail) => `${mail.to.join(', ')}: ${mail.subject}`).join('\n')
          reject(new Error(`no such mail came; these did:\n${seen}`))
        }, PATIENCE_MS)
        waiting.push(entry)
      })
    },
    refuse: (...codes) => void refusals.push(...codes),
    async [Symbol.asyncDispose]() {
      const closed = Promise.withResolvers<void>()
      server.close(closed.resolve)
      await closed.promise
    },
  }
}

async function readMail(stream: NodeJS.ReadableStream, session: SMTPServerSession): Promise<CaughtMail> {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  const raw = Buffer.concat(chunks)
  const parsed = await simpleParser(raw, { skipTextToHtml: true, skipImageLinks: true })
  const text = parsed.text ?? ''
  return {
    from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address,
    to: session.envelope.rcptTo.map((recipient) => recipient.address),
    subject: parsed.subject ?? '',
    text,
    html: parsed.html || '',
    links: [...text.matchAll(/https?:\/\/[^\s<>"]+/g)].map(([link]) => link),
    headers: headersOf(parsed),
    raw: raw.toString('utf8'),
  }
}

/** By lower-case name, as they were written; the last one where a name comes twice. */
function headersOf(parsed: ParsedMail): Record<string, string> {
  return Object.fromEntries(parsed.headerLines.map(({ key, line }) => [key, line.slice(line.indexOf(':') + 1).trim()]))
}
