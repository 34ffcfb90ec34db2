/** A stored policy: what `/v1/check/@name` asks, so that no caller can steer it. */

export interface PolicyRoute {
  /** `METHOD /path`, where `*` stands for one segment and `**`, at the end, for any number; `*` as the method for any. `GET` is HEAD, too. */
  readonly match: string
  /** All of them are needed. */
  readonly scopes: readonly string[]
  readonly cost: number
}

export interface Policy {
  /** The resource's name. */
  readonly name: string
  /** The resource's identifier. */
  readonly resource: string
  readonly environment: 'live' | 'test'
  readonly onLimit: 403 | null
  readonly onOutage: 403 | null
  readonly mode: 'enforce' | 'observe'
  /** The first that matches counts. */
  readonly routes: readonly PolicyRoute[]
}

export interface Policies extends Disposable {
  get(name: string): CompiledPolicy | undefined
}

export interface CompiledPolicy extends Policy {
  /** @param path as the gateway sent it, without its query. Null: no route matches, or the path could be read in two ways. */
  match(method: string, path: string): CompiledRoute | null
}

export interface CompiledRoute extends PolicyRoute {
  /** For usage: `<policy> <match>`. */
  readonly label: string
}
