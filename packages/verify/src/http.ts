/** Requests to Keygrant: JSON, with a bound for time, and no redirect followed. */

/** @returns the JSON of a 200 @throws for everything else */
export type Getter = (path: string) => Promise<unknown>

/** What Keygrant answered that wasn't 200. */
export class UnexpectedAnswer extends Error {
  override readonly name = 'UnexpectedAnswer'
  readonly status: number

  constructor(path: string, status: number) {
    super(`Keygrant answered ${path} with ${status}`)
    this.status = status
  }
}

export interface HttpOptions {
  fetch: typeof fetch
  /** Where the paths are. */
  origin: string
  timeoutMs: number
}

export function createGetter(options: HttpOptions): Getter {
  return (path) => request(options, path, {})
}

/** @returns the JSON of a 200 @throws for everything else */
export type Poster = (path: string, body: string) => Promise<unknown>

export function createPoster(options: HttpOptions, authorization: string): Poster {
  const headers = { authorization, 'content-type': 'application/json' }
  return (path, body) => request(options, path, { method: 'POST', headers, body })
}

async function request(
  { fetch: send, origin, timeoutMs }: HttpOptions,
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: string },
): Promise<unknown> {
  const response = await send(origin + path, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.timeout(timeoutMs),
  })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new UnexpectedAnswer(path, response.status)
  }
  return response.json()
}
