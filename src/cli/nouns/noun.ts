/** A noun of the command as data: which verb is which route of the API, in which words, and what people see of the answer. */

/** An object of an answer, in wire names. */
export type Row = Readonly<Record<string, unknown>>

/** A column of a table, or a line of one object: a field by its name, or what is made of the row. */
export type Column = readonly [head: string, value: string | ((row: Row) => unknown)]

export interface Noun {
  readonly name: string
  /** What one of them is called: `organization`. */
  readonly one: string
  readonly does: string
  /** In place of an empty table. */
  readonly none: string
  readonly columns: readonly Column[]
  /** Of one by itself; unless said, every field that it has. */
  readonly fields?: readonly Column[]
  /** A sentence about why no key can do any of it; then it is for the host alone. */
  readonly hostOnly?: string
  readonly verbs: Readonly<Record<string, Verb>>
}

/** What is typed without a flag. */
export interface Argument {
  /** As it is shown: `organization-id`. */
  readonly name: string
  /** The path's parameter that it is, or the body's field. */
  readonly field: string
  /** The noun that it is one of. */
  readonly of?: string
  /** A person is named by their e-mail address, too. */
  readonly person?: true
}

/** A flag that stands for a value of a field: `--disable` for `disabled: true`. */
export interface Switch {
  readonly flag: string
  readonly does: string
  readonly field: string
  readonly value: unknown
}

export interface Verb {
  /** `METHOD /path`. */
  readonly route: string
  readonly does: string
  /** Unless said, the path's parameters. */
  readonly arguments?: readonly Argument[]
  /** What the body begins with; what is typed comes over it. Such a field has a flag only if `flags` names one. */
  readonly body?: Row
  /** Flags by field, in place of the usual ones. */
  readonly flags?: Readonly<Record<string, string>>
  /** Words by field, in place of the usual ones. */
  readonly words?: Readonly<Record<string, string>>
  readonly switches?: readonly Switch[]
  /** Without a flag for any other field of the body than these, the body is read from stdin, which can't say these. */
  readonly stdinWithout?: readonly string[]
  /** What people see as a table of an answer that is no list. */
  readonly rows?: (answer: Row) => readonly Row[]
  /** What people see of one, in place of the noun's fields. */
  readonly fields?: readonly Column[]
  /** What they are told in place of fields. */
  readonly said?: (given: Readonly<Record<string, string>>, answer: Row) => string
  /** What they are told besides. */
  readonly note?: (answer: Row) => string
  readonly help?: string
  /** What this flag does that no API may: on the host alone, and by other work. */
  readonly instead?: Instead
}

export interface Instead {
  readonly flag: string
  readonly does: string
  /** Why not from elsewhere, as a sentence. */
  readonly why: string
  /** Makes it; answers like the route. */
  load(): Promise<(given: Readonly<Record<string, string>>, body: Row) => Promise<Row>>
}

export const shownOnce = 'The secret is shown this once only.'
