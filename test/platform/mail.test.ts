import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createMail, type MailOptions } from '../../src/platform/mail.ts'
import { MailError } from '../../src/platform/mail-transport.ts'
import { startSmtpCatcher, type SmtpCatcher } from '../support/smtp.ts'

const at = new Date('2026-03-01T12:00:00Z')
const message = {
  to: 'jane@example.com',
  subject: 'Prove your address',
  text: 'Open https://id.example.com/links/abc?x=1 soon.\n',
  html: '<p>Open <a href="https://id.example.com/links/abc?x=1">this page</a> soon.</p>',
}

let smtp: SmtpCatcher
beforeAll(async () => {
  smtp = await startSmtpCatcher()
})
afterAll(() => smtp[Symbol.asyncDispose]())

function setUp(options: Partial<MailOptions> = {}) {
  const lines: string[] = []
  const log = pino({ level: 'trace', base: null }, { write: (line: string) => void lines.push(line) })
  const mail = createMail({
    smtp: { url: smtp.url, from: () => 'Keygrant <no-reply@id.example.com>' },
    log,
    clock: { now: () => at },
    retryDelaysMs: [1, 1],
    ...options,
  })
  return { mail, lines }
}

/** A server that takes connections and never says a word. */
async function startSilentServer() {
  const server = createServer(() => undefined)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return { url: `smtp://127.0.0.1:${port}`, [Symbol.dispose]: () => void server.close() }
}

describe('sending', () => {
  test('delivers both texts to the one recipient, and asks for no automatic answer', async () => {
    const { mail } = setUp()
    await mail.send(message)
    const caught = await smtp.next()
    expect(caught).toMatchObject({
      from: 'no-reply@id.example.com',
      to: ['jane@example.com'],
      subject: message.subject,
      text: message.text,
      links: ['https://id.example.com/links/abc?x=1'],
    })
    expect(caught.html).toContain(message.html)
    expect(caught.headers).toMatchObject({
      from: 'Keygrant <no-reply@id.example.com>',
      to: 'jane@example.com',
      'auto-submitted': 'auto-generated',
    })
    expect(caught.headers['message-id']).toMatch(/^<[0-9A-Za-z]{20}@id\.example\.com>$/)
  })

  test('carries names of every script in subject and text', async () => {
    const { mail } = setUp()
    await mail.send({ ...message, subject: 'Привет, Zoë 🦆', text: '日本語\n' })
    expect(await smtp.next()).toMatchObject({ subject: 'Привет, Zoë 🦆', text: '日本語\n' })
  })

  test('tries again when the server defers, and delivers once', async () => {
    const { mail, lines } = setUp()
    const before = smtp.messages.length
    smtp.refuse(451, 421)
    await mail.send(message)
    await smtp.next()
    expect(smtp.messages.length - before).toBe(1)
    expect(lines.filter((line) => line.includes('will be tried again'))).toHaveLength(2)
  })

  test('does not try again what the server refuses for good', async () => {
    const { mail, lines } = setUp()
    smtp.refuse(550)
    const sent = mail.send(message)
    await expect(sent).rejects.toThrow(MailError)
    await expect(sent).rejects.toMatchObject({ permanent: true, facts: { smtpError: 'EENVELOPE', smtpStatus: 550 } })
    expect(lines).toEqual([])
  })

  test('gives up after the last try', async () => {
    const { mail } = setUp()
    smtp.refuse(451, 451, 451)
    await expect(mail.send(message)).rejects.toMatchObject({ permanent: false, facts: { smtpStatus: 451 } })
    await mail.send({ ...message, subject: 'the next one' })
    await smtp.next((caught) => caught.subject === 'the next one')
  })

  test('does not wait for a server that says nothing', async () => {
    using silent = await startSilentServer()
    const { mail } = setUp({ smtp: { url: silent.url, from: () => 'a@example.com' }, retryDelaysMs: [], timeoutMs: 50 })
    await expect(mail.send(message)).rejects.toThrow(MailError)
  })

  test('insists on encryption beyond this machine, unless told that the way is safe', async () => {
    // Leads to this machine without being one of its loopback names.
    const elsewhere = smtp.url.replace('127.0.0.1', '0.0.0.0')
    const from = () => 'a@example.com'
    const { mail } = setUp({ smtp: { url: elsewhere, from }, retryDelaysMs: [] })
    await expect(mail.send(message)).rejects.toMatchObject({ facts: { smtpError: 'ETLS' } })
    const told = setUp({ smtp: { url: `${elsewhere}?requireTLS=false`, from }, retryDelaysMs: [] })
    await told.mail.send({ ...message, subject: 'in clear' })
    await smtp.next((caught) => caught.subject === 'in clear')
  })
})

describe('what others chose', () => {
  test.each([
    'jane@example.com, eve@example.net',
    'jane@example.com;eve@example.net',
    'jane@example.com\r\nBcc: eve@example.net',
    'jane@example.com\nBcc:eve@example.net',
    'Jane <jane@example.com>',
    '"jane doe"@example.com',
    'group:jane@example.com',
    'jane@[127.0.0.1]',
    'jane@eve@example.net',
    'jane example.com',
    'jane@',
    '@example.com',
    '',
    `${'j'.repeat(65)}@example.com`,
    `jane@${'e'.repeat(250)}.com`,
  ])('is no recipient: %j', async (to) => {
    const { mail, lines } = setUp()
    await expect(mail.send({ ...message, to })).rejects.toThrow('not a mail address')
    expect(() => mail.post({ ...message, to })).toThrow('not a mail address')
    expect(lines).toEqual([])
  })

  test('never becomes a header', async () => {
    const { mail } = setUp()
    await mail.send({ ...message, subject: 'Hello\r\nBcc: eve@example.net\r\n\r\nsmuggled' })
    const caught = await smtp.next()
    expect(caught.subject).toBe('Hello Bcc: eve@example.net smuggled')
    expect(caught.headers).not.toHaveProperty('bcc')
    expect(caught.to).toEqual(['jane@example.com'])
    expect(caught.text).toBe(message.text)
  })

  test('stays on the line of the subject, whatever it is', async () => {
    const { mail } = setUp({ smtp: null })
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 400 }), async (subject) => {
        await mail.send({ ...message, subject })
        expect(mail.captured()[0]?.subject).toMatch(/^[^\p{Cc}\u2028\u2029]{0,200}$/u)
      }),
    )
  })
})

describe('posting', () => {
  test('returns before anything is sent', async () => {
    const { mail } = setUp()
    const before = smtp.messages.length
    expect(mail.post({ ...message, subject: 'posted' })).toBeUndefined()
    expect(smtp.messages.length).toBe(before)
    await smtp.next((caught) => caught.subject === 'posted')
  })

  test('logs what could not be delivered, with codes and without text or address', async () => {
    const { mail, lines } = setUp()
    smtp.refuse(550)
    mail.post(message)
    await mail.drain(10_000)
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({ level: 50, msg: 'mail not sent', smtpError: 'EENVELOPE', smtpStatus: 550 }),
    ])
    expect(lines.join('')).not.toMatch(/jane|example|links|Prove/)
  })

  test('logs no text and no address of what was delivered either', async () => {
    const { mail, lines } = setUp()
    mail.post(message)
    await mail.drain(10_000)
    await smtp.next()
    expect(lines).toHaveLength(1)
    expect(lines.join('')).not.toMatch(/jane|example|links|Prove/)
  })
})

describe('a mail server that is away for long', () => {
  test('can not fill the memory: beyond a thousand waiting messages, new ones are dropped and logged', async () => {
    using silent = await startSilentServer()
    const { mail, lines } = setUp({ smtp: { url: silent.url, from: () => 'a@example.com' } })
    for (let i = 0; i < 1_000; i += 1) mail.post(message)
    expect(lines).toEqual([])
    mail.post(message)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('mail dropped')
    await mail.drain(0)
  })
})

describe('the end of the process', () => {
  test('waits until what was posted has been delivered', async () => {
    const { mail } = setUp()
    const before = smtp.messages.length
    for (let i = 0; i < 20; i += 1) mail.post({ ...message, subject: 'last words' })
    await mail.drain(10_000)
    expect(smtp.messages.length - before).toBe(20)
    for (let i = 0; i < 20; i += 1) await smtp.next((caught) => caught.subject === 'last words')
  })

  test('brings what waits for another try forward', async () => {
    const { mail, lines } = setUp({ retryDelaysMs: [86_400_000] })
    smtp.refuse(451)
    mail.post({ ...message, subject: 'deferred' })
    await expect.poll(() => lines.length).toBe(1)
    await mail.drain(10_000)
    await smtp.next((caught) => caught.subject === 'deferred')
  })

  test('does not wait longer than allowed, and says what was given up', async () => {
    using silent = await startSilentServer()
    const { mail, lines } = setUp({ smtp: { url: silent.url, from: () => 'a@example.com' }, timeoutMs: 86_400_000 })
    for (let i = 0; i < 6; i += 1) mail.post(message)
    await mail.drain(20)
    expect(lines.filter((line) => line.includes('given up'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('mail not sent'))).toHaveLength(6)
  })
})

describe('without a mail server', () => {
  test('keeps what would have been sent, newest first', async () => {
    const { mail } = setUp({ smtp: null })
    mail.post({ ...message, subject: 'first' })
    await mail.drain(10_000)
    await mail.send({ ...message, subject: 'second' })
    const [second, first] = mail.captured()
    expect(second).toMatchObject({ subject: 'second', to: message.to, text: message.text, html: message.html, at })
    expect(first?.subject).toBe('first')
    expect(new Set([first?.id, second?.id]).size).toBe(2)
  })

  test('keeps the last hundred', async () => {
    const { mail } = setUp({ smtp: null })
    for (let i = 1; i <= 105; i += 1) await mail.send({ ...message, subject: `${i}` })
    expect(mail.captured()).toHaveLength(100)
    expect([mail.captured()[0]?.subject, mail.captured()[99]?.subject]).toEqual(['105', '6'])
  })
})
