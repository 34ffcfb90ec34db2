/** What the documentation says in one language. A language that lacks a page, or a code, doesn't compile. */
import type { ErrorCode, ErrorGroup } from '../errors.ts'

/** Strings are marked as text.ts reads them. */
export interface ErrorWords {
  title: string
  /** What it means. */
  meaning: string
  /** What it comes from, the likeliest first. */
  causes: readonly string[]
  /** What to do, in this order. */
  steps: readonly string[]
}

/** Where the platform is, and who helps. */
export interface Addresses {
  readonly publicUrl: string
  readonly apiUrl: string
  readonly supportEmail: string
  readonly upgradeUrl: string | null
}

export type Block =
  | { text: string }
  | { list: readonly string[] }
  | { code: string; label: string }
  | { statuses: readonly { status: number; meaning: string; action: string }[] }

export interface Section {
  /** Its anchor. */
  id: string
  title: string
  blocks: readonly Block[]
}

export interface Words {
  errors: Readonly<Record<ErrorCode, ErrorWords>>
  groups: Readonly<Record<ErrorGroup, string>>
  troubleshooting: (at: Addresses) => readonly Section[]
}
