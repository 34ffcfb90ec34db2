/** From the words and the facts to what the documentation's templates show. */
import { STATUS_CODES } from 'node:http'
import { refusalDetails } from '../../check/authenticate.ts'
import { checkCodes, type CheckCode } from '../../check/codes.ts'
import type { Locale } from '../../http/messages.ts'
import type { DocsBlock, DocsModels, DocsSection } from '../../http/docs-models.ts'
import { Problem, problemBody, problems, type ProblemCode } from '../../http/problem.ts'
import { errorCodes, errorGroups, errors, type ErrorCode, type ErrorFacts } from './errors.ts'
import { frame } from './frame.ts'
import { say } from './text.ts'
import { de } from './words/de/de.ts'
import { en } from './words/en/en.ts'
import type { Addresses, Block, Section, Words } from './words/words.ts'

/** Errors are written of in these languages. Who reads in another one gets English, marked as such. */
const written: Partial<Readonly<Record<Locale, Words>>> & { en: Words } = { en, de }

function wordsFor(locale: Locale): { words: Words; wordsIn: Locale | null } {
  const words = written[locale]
  return words ? { words, wordsIn: null } : { words: written.en, wordsIn: 'en' }
}

export function troubleshootingPage(at: Addresses, locale: Locale): DocsModels['docs-troubleshooting'] {
  const { words, wordsIn } = wordsFor(locale)
  const sections = words.troubleshooting(at).map(section)
  const headings = sections.map(({ id, title }) => ({ level: 2 as const, id, text: title }))
  return { frame: frame('/docs/troubleshooting', { headings }), wordsIn, sections }
}

/** Every code with its words, for the search. */
export function errorWords(locale: Locale): { code: ErrorCode; title: string; text: string }[] {
  const { words } = wordsFor(locale)
  return errorCodes.map((code) => {
    const { title, meaning, causes, steps } = words.errors[code]
    return { code, title, text: [meaning, ...causes, ...steps].map(plain).join(' ') }
  })
}

/** The troubleshooting guide's passages, for the search. */
export function troubleshootingWords(at: Addresses, locale: Locale): { id: string; title: string; text: string }[] {
  return wordsFor(locale)
    .words.troubleshooting(at)
    .map(({ id, title, blocks }) => ({
      id,
      title,
      text: blocks.flatMap(wordsOf).map(plain).join(' '),
    }))
}

function wordsOf(one: Block): readonly string[] {
  if ('text' in one) return [one.text]
  if ('list' in one) return one.list
  if ('code' in one) return [one.code]
  return one.statuses.map(({ status, meaning, action }) => `${status} ${meaning}: ${action}`)
}

const plain = (marked: string) =>
  say(marked)
    .map(({ text }) => text)
    .join('')

export function errorsPage(locale: Locale): DocsModels['docs-errors'] {
  const { words, wordsIn } = wordsFor(locale)
  const { groups, errors: titled } = words
  return {
    frame: frame('/docs/errors'),
    wordsIn,
    groups: errorGroups.map((group) => ({
      title: groups[group],
      errors: errorCodes
        .filter((code) => errors[code].group === group)
        .map((code) => ({ code, title: titled[code].title, statuses: statusesOf(code) })),
    })),
  }
}

export function errorPage(code: ErrorCode, at: Addresses, locale: Locale): DocsModels['docs-error'] {
  const { words, wordsIn } = wordsFor(locale)
  const { title, meaning, causes, steps } = words.errors[code]
  const { request, near } = errors[code]
  return {
    frame: frame('/docs/errors'),
    wordsIn,
    code,
    title,
    statuses: statusesOf(code),
    meaning: say(meaning),
    causes: causes.map(say),
    steps: steps.map(say),
    request: request && withAddresses(request, at),
    answer: withAddresses(exampleAnswer(code, errors[code], at) ?? '', at) || null,
    near: near.map((other) => ({ code: other, title: words.errors[other].title })),
  }
}

/** An object's and a credential's, where they differ: what is unknown is 404 and 401. */
function statusesOf(code: ErrorCode): number[] {
  const all = [
    ...(isProblemCode(code) ? [problems[code].status] : []),
    ...(isCheckCode(code) ? [checkCodes[code]] : []),
  ]
  return [...new Set<number>(all)]
}

function isCheckCode(code: ErrorCode): code is CheckCode {
  return code in checkCodes
}

function isProblemCode(code: ErrorCode): code is ProblemCode {
  return code in problems
}

const requestId = '6f9d1c1e-7f0a-4b53-9d0e-2f4a8c1b7e55'

/** As the API writes it, so that the page can't say something else. */
function exampleAnswer(code: ErrorCode, { answer }: ErrorFacts, at: Addresses): string | null {
  if (answer === null) return null
  if (answer === 'check') {
    const [status = 0] = statusesOf(code)
    return httpAnswer(status, { 'X-Auth-Code': code, 'X-Auth-Status': String(status) }, null)
  }
  if ('verdict' in answer) return httpAnswer(200, { 'Content-Type': 'application/json' }, answer.verdict)
  if (!isProblemCode(code)) return null
  // What is about an object and not a credential says so itself.
  const detail = isCheckCode(code) && problems[code].status !== 404 ? refusalDetails[code] : undefined
  const problem = new Problem(code, { ...(detail === undefined ? {} : { detail }), ...answer })
  const { retryAfterSeconds } = problem
  const headers = {
    'Content-Type': 'application/problem+json',
    ...(retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) }),
    ...problem.headers,
  }
  return httpAnswer(problem.status, headers, problemBody(problem, requestId, at))
}

function httpAnswer(status: number, headers: Readonly<Record<string, string>>, body: object | null): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  const shown = body === null ? [] : ['', JSON.stringify(body, null, 2)]
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`, ...lines, ...shown].join('\n')
}

function withAddresses(text: string, { publicUrl, apiUrl }: Addresses): string {
  return text.replaceAll('API/', `${apiUrl}/`).replaceAll('ISSUER/', `${publicUrl}/`)
}

function section({ id, title, blocks }: Section): DocsSection {
  return { id, title, blocks: blocks.map(block) }
}

function block(one: Block): DocsBlock {
  if ('text' in one) return { kind: 'text', text: say(one.text) }
  if ('list' in one) return { kind: 'list', items: one.list.map(say) }
  if ('code' in one) return { kind: 'code', label: one.label, code: one.code }
  return {
    kind: 'statuses',
    rows: one.statuses.map(({ status, meaning, action }) => ({ status, meaning, action: say(action) })),
  }
}
