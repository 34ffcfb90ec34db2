/** A protected API, known by its identifier URI (RFC 8707), and the scopes that belong to it. */

export const accessTokenFormats = ['jwt', 'opaque'] as const
export type AccessTokenFormat = (typeof accessTokenFormats)[number]

export const grantableByValues = ['anyone', 'org_admin', 'administrator'] as const
export type GrantableBy = (typeof grantableByValues)[number]

export interface Scope {
  /** Unique across all resources. */
  readonly name: string
  /** The administrator's words for people. */
  readonly title: string
  readonly description: string | null
  /** A person may leave it out at consent. */
  readonly optional: boolean
  readonly sensitive: boolean
  /** Changes something, and is marked so at consent. */
  readonly writes: boolean
  readonly grantableBy: GrantableBy
  /** Its place among its resource's, from 0. */
  readonly position: number
}

/** What an administrator says of a resource. */
export interface ResourceDefinition {
  /** The short name that files and policies use. */
  readonly name: string
  /** The audience of its tokens. */
  readonly identifier: string
  readonly title: string
  readonly accessTokenFormat: AccessTokenFormat
  readonly accessTokenLifetimeSeconds: number
  /** In the order of their positions, in which people see them. */
  readonly scopes: readonly Scope[]
}

export interface Resource extends ResourceDefinition {
  readonly id: string
  readonly createdAt: Date
  readonly updatedAt: Date
}
