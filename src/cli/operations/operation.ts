/**
 * What the command knows of each route of the API: which values it takes, and of what kind. It is made of the schemas that
 * validate (`npm run cli:describe`) and kept in a file, so that neither a completion nor a command that is far from its
 * server has to load the server to know its own options. A test holds the file against the schemas.
 */
import described from './operations.json' with { type: 'json' }

export interface Field {
  /** `json`: an object, or a list of them. */
  kind: 'text' | 'number' | 'boolean' | 'json'
  required?: true
  /** Null takes away what was there. */
  nullable?: true
  /** A list of such values. */
  many?: true
  /** The only values there are; for a number, words that may stand in its place. */
  choices?: readonly (string | number)[]
  /** What it is if nothing is said. */
  default?: unknown
}

export type Fields = Readonly<Record<string, Field>>

export interface Operation {
  query?: Fields
  body?: Fields
  /** Of an import: what each of the body's rows may say. */
  rows?: Fields
  /** Takes an Idempotency-Key. */
  creates?: true
}

/** By `METHOD /path`. */
export const operations = described as unknown as Readonly<Record<string, Operation>>
