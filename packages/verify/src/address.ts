/** The address that a call came from, as far as it is one: proxies pass on what the caller has written into a header. */
import { isIP } from 'node:net'

/** What isn't one would be refused by the server, with all that is asked about beside it. A zone is one machine's own word. */
export const isAddress = (ip: string | undefined): ip is string =>
  ip !== undefined && isIP(ip) !== 0 && !ip.includes('%')
