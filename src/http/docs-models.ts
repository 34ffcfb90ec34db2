/** What the pages of the documentation are given. */

/** Words of the catalogue that are by a name: `docs.page.<name>` is what a page is called. */
interface DocsLink {
  href: string
  name: string
}

/** What is around every page of the documentation. */
export interface DocsFrame {
  /** Where in the navigation this page belongs. */
  here: string
  groups: { name: string; pages: DocsLink[] }[]
  /** Under the reference, while one of its pages is shown: the collections of the API, by their own names. */
  collections: { href: string; title: string }[]
  /** On the page itself, by heading; empty: a page too short for it. */
  headings: { level: 2 | 3; id: string; text: string }[]
  previous: DocsLink | null
  next: DocsLink | null
  /** What is in the field of the search. */
  query: string
}

/** The documentation's words, in pieces: plain, code, links. */
export type DocsText = readonly { text: string; code: boolean; href: string | null }[]

export type DocsBlock =
  | { kind: 'text'; text: DocsText }
  | { kind: 'list'; items: DocsText[] }
  | { kind: 'code'; label: string; code: string }
  | { kind: 'statuses'; rows: { status: number; meaning: string; action: DocsText }[] }

export interface DocsSection {
  /** Its anchor. */
  id: string
  title: string
  blocks: DocsBlock[]
}

/** A guide's HTML is made of the program's own files, with every value of the reader's escaped in it. */
export type DocsGuidePart =
  | { kind: 'html'; html: string }
  | {
      kind: 'scopes'
      resources: {
        title: string
        identifier: string
        scopes: { name: string; title: string; description: string | null; marks: string[]; grantableBy: string }[]
      }[]
    }
  | { kind: 'tiers'; tiers: { name: string; hour: number | null; burst: number; refillPerSecond: number | null }[] }

/** One member of an object, or of one within it. */
export interface DocsField {
  name: string
  type: string
  required: boolean
  depth: number
  /** HTML. */
  description: string
  /** Such as its values, its length, what it is unless said. */
  rules: { name: string; value: string }[]
}

export interface DocsOperation {
  id: string
  method: string
  path: string
  title: string
  /** HTML. */
  description: string
  scope: string | null
  parameters: { place: 'path' | 'query' | 'header'; fields: DocsField[] }[]
  body: { fields: DocsField[]; required: boolean } | null
  /** HTML. */
  examples: string
  answer: { status: string; description: string; fields: DocsField[]; example: string } | null
  refusals: { status: string; codes: { code: string; known: boolean }[] }[]
}

export interface DocsFinding {
  kind: 'guide' | 'error' | 'operation'
  href: string
  title: string
  /** The page that it is on, if that isn't the title already. */
  within: string | null
  /** Around the first word that was found. */
  excerpt: { text: string; found: boolean }[]
}

/** Of pages whose words may be in another language than the rest of the page: in which. Null: in the page's own. */
type WordsIn = string | null

export interface DocsModels {
  docs: {
    frame: DocsFrame
    /** HTML: the first call, in the reader's language. */
    call: string
    addresses: { description: string; discovery: string }
    keyHint: string | null
  }
  'docs-guide': { frame: DocsFrame; title: string; lead: string; parts: DocsGuidePart[] }
  'docs-file': { frame: DocsFrame; path: string; code: string }
  'docs-search': { frame: DocsFrame; findings: DocsFinding[] }
  'docs-reference': {
    frame: DocsFrame
    version: string
    collections: {
      href: string
      title: string
      description: string
      operations: { href: string; method: string; path: string; title: string }[]
    }[]
  }
  'docs-collection': { frame: DocsFrame; title: string; description: string; operations: DocsOperation[] }
  'docs-troubleshooting': { frame: DocsFrame; wordsIn: WordsIn; sections: DocsSection[] }
  'docs-errors': {
    frame: DocsFrame
    wordsIn: WordsIn
    groups: { title: string; errors: { code: string; title: string; statuses: number[] }[] }[]
  }
  'docs-error': {
    frame: DocsFrame
    wordsIn: WordsIn
    code: string
    title: string
    statuses: number[]
    meaning: DocsText
    causes: DocsText[]
    steps: DocsText[]
    /** A command, and what it is answered. */
    request: string | null
    answer: string | null
    near: { code: string; title: string }[]
  }
}
