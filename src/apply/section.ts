/** A part of a document that is applied, with everything that it takes: one file for each kind of object. */
import type { z } from 'zod'
import type { AuditContext } from '../audit/record.ts'
import type { Principal } from '../http/api/principal.ts'
import type { Collection } from '../http/api/scopes.ts'
import type { DeleteClients, RevokeKeys } from '../organizations/organization.ts'
import type { Clock } from '../platform/clock.ts'
import type { Tx } from '../platform/database.ts'
import type { Secrets } from '../platform/secrets.ts'
import type { Resource } from '../resources/resource.ts'
import type { GivenSettings } from '../setting-values.ts'
import type { OrganizationInvitations } from '../users/invitations.ts'
import type { TargetRules } from '../webhooks/target.ts'
import type { Report } from './report.ts'

export interface ApplyServices {
  clock: Clock
  secrets: Secrets
  /** The management API. */
  builtIn: Resource
  revokeKeys: RevokeKeys
  deleteClients: DeleteClients
  invitations: OrganizationInvitations
  /** Where webhooks may lead. */
  targets: TargetRules
  /** What stands above the settings, and below them. */
  given: GivenSettings
}

/** One apply, within its transaction. A dry run is the same, taken back at its end. */
export interface Run {
  readonly tx: Tx
  readonly services: ApplyServices
  readonly context: AuditContext
  readonly principal: Principal
  readonly prune: boolean
  readonly dryRun: boolean
  /** The sections that the document has, by their names. */
  readonly document: Readonly<Record<string, unknown>>
  readonly report: Report
  /** For what nobody must be told of before it has happened. */
  afterCommit(act: () => void): void
}

export interface Reading {
  readonly tx: Tx
  readonly services: ApplyServices
  /** Tells whoever reads the document what it doesn't say. */
  note(text: string): void
}

export interface Section<Entries> {
  /** What it is called in a document. */
  readonly name: string
  /** Of the API: their administrators' scopes are needed. */
  readonly collections: readonly Collection[]
  /** Only whoever sits at the host reads and changes them. */
  readonly hostOnly?: true
  /** As it comes over HTTP. */
  readonly schema: z.ZodType<Entries>
  /** As a file has it, where that is something else: secrets aren't in files. */
  readonly inFile?: z.ZodType
  /**
   * Makes and changes what is named, in the order of the sections; and with `prune` deletes what isn't, of what those
   * behind it must not draw on.
   */
  make(run: Run, entries: Entries): Promise<void>
  /** Deletes what isn't named and needn't stay, in the reverse order, or says that it stays. */
  finish?(run: Run, entries: Entries): Promise<void>
  /** What `make` would make all of it from: without what goes without saying, and without secrets. */
  read(reading: Reading): Promise<Entries>
}

export type AnySection = Section<unknown>

/** Checks a section's acts against its schema; its types are forgotten then. */
export function section<Entries>(definition: Section<Entries>): AnySection {
  return definition
}
