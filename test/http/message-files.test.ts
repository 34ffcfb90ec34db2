/** An operator's own words: what is taken of a folder, what is refused with every fault, and that people then read it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readMessageFiles } from '../../src/http/message-files.ts'
import { catalogues, locales, negotiateLocale } from '../../src/http/messages.ts'
import { startTestServer } from '../support/server.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'messages-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function inFolder(files: Record<string, unknown>): Promise<string> {
  const own = await mkdtemp(join(folder, 'of-'))
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(own, name), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return own
}

test('some messages are said otherwise, and a language of one’s own stands beside the others', async () => {
  const own = await inFolder({
    'en.json': { 'sign-in.submit': 'Come in' },
    'pl.json': {
      'sign-in.title': 'Zaloguj się do {platform}',
      'duration.minutes': '{count, plural, one {# minuta} other {# min}}',
    },
    'README.md': 'Not a language.',
  })
  const before = { locales: [...locales], english: catalogues.en }
  {
    await using server = await startTestServer({ settings: { MESSAGES_DIR: own } })
    const read = async (language: string) =>
      (await fetch(`${server.url}/sign-in`, { headers: { 'accept-language': language } })).text()
    expect(await read('en')).toContain('Come in')
    const polish = await read('pl-PL,en;q=0.5')
    expect(polish).toContain('<html lang="pl"')
    expect(polish).toContain('Zaloguj się do Keygrant')
    // What isn't said is English, with what is said otherwise of that.
    expect(polish).toContain('Forgot password?')
    expect(polish).toContain('Come in')
    expect(negotiateLocale({ uiLocales: 'pl' })).toBe('pl')
  }
  expect({ locales: [...locales], english: catalogues.en }).toEqual(before)
})

test('with words that couldn’t be shown the server doesn’t start, and every fault is told with its place', async () => {
  const own = await inFolder({
    'de.json': {
      'sign-in.tilte': 'Anmelden',
      'sign-in.title': 'Hallo {somebody}',
      'duration.minutes': '{count, plural, one {# Minute}}',
      'time.day': '{at}',
      'layout.help': '{address, date, day}',
      'form.email': '',
      'form.password': 5,
    },
    'fr.json': '{ "form.email": ',
    'pt-BR.json': {},
  })
  await expect(startTestServer({ settings: { MESSAGES_DIR: own } })).rejects.toThrow('sign-in.tilte is no message')
  expect(readMessageFiles(own).faults).toEqual([
    'MESSAGES_DIR de.json: sign-in.tilte is no message',
    "MESSAGES_DIR de.json: sign-in.title names a value that isn't given: {somebody}",
    "MESSAGES_DIR de.json: duration.minutes can't be read: MISSING_OTHER_CLAUSE",
    'MESSAGES_DIR de.json: layout.help takes {address} for a time',
    'MESSAGES_DIR de.json: form.email must be a text',
    'MESSAGES_DIR de.json: form.password must be a text',
    'MESSAGES_DIR fr.json: is no JSON object',
    'MESSAGES_DIR pt-BR.json: is named by no language: de.json, pl.json',
  ])
  expect(readMessageFiles(join(own, 'nowhere')).faults[0]).toContain("names a folder that can't be read")
})
