/** Where the API is that a command away from the server works on, and with which key: from the environment, checked. */
import { remoteFromEnvironment } from '../../environment.ts'
import { CommandFailure } from '../failure.ts'

export interface RemoteAddress {
  /** Without a trailing slash. */
  url: string
  apiKey: string
}

/** Is the server another host's? Says nothing of whether it can be reached. */
export function isRemote(): boolean {
  return remoteFromEnvironment().url !== undefined
}

/** Null: the command is for this host. @throws {CommandFailure} */
export function readRemoteAddress(): RemoteAddress | null {
  const { url, apiKey, mixed } = remoteFromEnvironment()
  if (url === undefined) return null
  if (mixed) {
    throw new CommandFailure(
      'KEYGRANT_URL comes from .env here, and KEYGRANT_API_KEY does not. Set both in one place, so that no folder that you work in decides where the key goes.',
    )
  }
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (!parsed || !/^https?:$/.test(parsed.protocol) || parsed.search !== '' || parsed.hash !== '') {
    throw new CommandFailure('KEYGRANT_URL must be the https address of the server’s API: https://id.example.com')
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new CommandFailure('KEYGRANT_URL must hold no name or password: the key goes into KEYGRANT_API_KEY.')
  }
  if (parsed.protocol === 'http:' && !isThisMachine(parsed.hostname)) {
    throw new CommandFailure('KEYGRANT_URL must be https: over http the key could be read on its way.')
  }
  if (apiKey === undefined) {
    throw new CommandFailure('KEYGRANT_API_KEY is missing: set it to an API key of the server at KEYGRANT_URL.')
  }
  // It would be no header, and an error about it would show it.
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new CommandFailure('KEYGRANT_API_KEY is not a key: was it copied whole?')
  // Every path of the API says /v1 itself; who copied the address of a route has it here, too.
  return { url: parsed.href.replace(/\/+$/, '').replace(/\/v1$/, ''), apiKey }
}

/** RFC 8252, section 8.3. A name that only resolves to this machine doesn't count. */
function isThisMachine(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)
}
