/** What the adapters for frameworks have in common. */

export interface AdapterOptions<Request> {
  /** The client's address, where the framework's own word for it isn't right. */
  clientIp?: (request: Request) => string | undefined
  /** Throws a `KeygrantError` for the framework's own place for errors, in place of answering with problem+json. */
  throwErrors?: boolean
}

export const problemType = 'application/problem+json'
