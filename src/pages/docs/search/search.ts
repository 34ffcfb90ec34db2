/** Finds what somebody types, also if a word is only begun or has a slip in it. */
import MiniSearch from 'minisearch'
import type { DocsFinding } from '../../../http/docs-models.ts'
import type { Entry } from './entries.ts'

/** Longer than any question; what is beyond it isn't looked at. */
const LONGEST_QUERY = 200
/** Each costs a walk through the index, and anybody may ask. */
const MOST_WORDS = 16
const MOST_FINDINGS = 20
const EXCERPT = 180

export type Search = (query: string) => DocsFinding[]

export function createSearch(entries: readonly Entry[]): Search {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const index = new MiniSearch<Entry>({
    fields: ['title', 'within', 'text', 'words'],
    tokenize: tokensOf,
    searchOptions: {
      boost: { title: 4, within: 2 },
      // Who asks in words wants to read; who asks for a path finds the operation by it all the same.
      boostDocument: (id) => (byId.get(id as number)?.kind === 'guide' ? 1.5 : 1),
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false),
      tokenize: askedOf,
    },
  })
  index.addAll(entries)
  return (query) => {
    const asked = query.slice(0, LONGEST_QUERY)
    // All words first; what has only some of them comes if nothing has them all.
    const every = index.search(asked, { combineWith: 'AND' })
    const results = every.length > 0 ? every : index.search(asked)
    return results.slice(0, MOST_FINDINGS).flatMap(({ id, terms }) => {
      const entry = byId.get(id as number)
      return entry ? [findingOf(entry, terms)] : []
    })
  }
}

/** A code, a header or a path is found whole, and by each of its words. */
function tokensOf(text: string): string[] {
  const words = text.split(/[^\p{L}\p{N}_-]+/u).filter((word) => word !== '')
  return words.flatMap((word) => {
    const parts = word.split(/[_-]+|(?<=\p{Ll})(?=\p{Lu})/u).filter((part) => part !== '')
    return parts.length > 1 ? [word, ...parts] : [word]
  })
}

/** What somebody says twice finds nothing more. */
function askedOf(query: string): string[] {
  return [...new Set(tokensOf(query).map((word) => word.toLowerCase()))].slice(0, MOST_WORDS)
}

function findingOf({ kind, href, title, within, text }: Entry, terms: readonly string[]): DocsFinding {
  return { kind, href, title, within: within === '' ? null : within, excerpt: excerptOf(text, terms) }
}

function excerptOf(text: string, terms: readonly string[]): DocsFinding['excerpt'] {
  const lower = text.toLowerCase()
  const places = terms.map((term) => lower.indexOf(term.toLowerCase())).filter((place) => place >= 0)
  const first = places.length === 0 ? 0 : Math.min(...places)
  const begin = first < EXCERPT / 3 ? 0 : text.lastIndexOf(' ', first - EXCERPT / 4) + 1
  const end = text.length <= begin + EXCERPT ? text.length : text.lastIndexOf(' ', begin + EXCERPT)
  const shown = text.slice(begin, end > begin ? end : begin + EXCERPT)
  // Terms are words: nothing in them means anything to a pattern.
  const pattern = terms.join('|')
  const pieces = pattern === '' ? [shown] : shown.split(new RegExp(`(${pattern})`, 'giu'))
  return [
    ...(begin > 0 ? [{ text: '… ', found: false }] : []),
    ...pieces.map((piece, at) => ({ text: piece, found: at % 2 === 1 })).filter((piece) => piece.text !== ''),
    ...(end < text.length ? [{ text: ' …', found: false }] : []),
  ]
}
