/** What a route of a policy matches: `GET /v1/reports/*`, taken apart, and whether one covers another. */
import { plainSegments } from './plain-path.ts'

export type Token =
  { readonly kind: 'literal'; readonly text: string } | { readonly kind: 'one' } | { readonly kind: 'rest' }

export interface Pattern {
  /** `*` for any. */
  readonly method: string
  /** `/v1/` ends with an empty literal; `rest` comes last only. */
  readonly tokens: readonly Token[]
}

export type PatternReading = { ok: true; pattern: Pattern } | { ok: false; fault: string }

const LONGEST_PATTERN = 1_000

/** RFC 9110, 9.1 lets methods have any letters; all that are registered have upper-case ones. */
const METHOD = /^(?:\*|[A-Z][A-Z-]{0,31})$/

/** @example 'GET /v1/reports/*' */
export function readPattern(match: string): PatternReading {
  const fault = (text: string): PatternReading => ({ ok: false, fault: text })
  if (match.length > LONGEST_PATTERN) return fault(`must have at most ${LONGEST_PATTERN} characters`)
  const [method = '', path, ...more] = match.split(' ')
  if (path === undefined || more.length > 0) return fault('must be a method and a path, like GET /v1/reports/*')
  if (!METHOD.test(method)) return fault('must begin with a method in capitals, or * for any')
  if (!path.startsWith('/')) return fault('must have a path that begins with /')
  const tokens: Token[] = []
  const parts = path.slice(1).split('/')
  for (const [index, part] of parts.entries()) {
    const last = index === parts.length - 1
    if (part === '**' && !last) return fault('may have ** at the end only')
    const token = readToken(part, last)
    if (token === null) return fault(literalRule(part))
    tokens.push(token)
  }
  return { ok: true, pattern: { method, tokens } }
}

function readToken(part: string, last: boolean): Token | null {
  if (part === '*') return { kind: 'one' }
  if (part === '**') return { kind: 'rest' }
  if (part === '') return last ? { kind: 'literal', text: '' } : null
  const segments = part.includes('*') ? null : plainSegments(`/${part}`)
  const [text] = segments ?? []
  return text === undefined ? null : { kind: 'literal', text }
}

function literalRule(part: string): string {
  if (part === '') return 'must not have an empty segment (//)'
  if (part.includes('*')) return `has * within a segment (${part}): it stands for a whole one`
  return `has a segment that could be read in two ways: ${part}`
}

/** May a request with this method be meant? A HEAD asks for what a GET would answer (RFC 9110, 9.3.2). */
export function methodMatches(pattern: string, method: string): boolean {
  return pattern === '*' || pattern === method || (pattern === 'GET' && method === 'HEAD')
}

/** Does `a` match whatever `b` matches, so that `b` behind it can never be reached? */
export function covers(a: Pattern, b: Pattern): boolean {
  if (a.method !== '*' && (b.method === '*' || !methodMatches(a.method, b.method))) return false
  for (let index = 0; ; index++) {
    const [ours, theirs] = [a.tokens[index], b.tokens[index]]
    if (ours?.kind === 'rest') return true
    if (!ours || !theirs) return ours === theirs
    if (theirs.kind === 'rest') return false
    if (ours.kind === 'literal') {
      if (theirs.kind !== 'literal' || theirs.text !== ours.text) return false
    } else if (theirs.kind === 'literal' && theirs.text === '') return false
  }
}
