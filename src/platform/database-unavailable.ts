/** Whether an error means that the database can't be asked at present, which a page answers with 503 and a retry. */

/** SQLSTATE classes and codes (Postgres, appendix A) of a server that refuses, ends or postpones the work of anyone. */
const SQLSTATES = [
  '08', // connection exception
  '53', // insufficient resources: too many connections, disk full
  '57', // operator intervention: shutting down, starting up, statement timeout
  '58', // system error: I/O
  '25006', // read-only transaction: this server has become a standby
  '25P03', // idle in transaction for too long
  '55P03', // lock not available in time
]

const SYSTEM_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EHOSTDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** Prisma's own: not reachable, timed out, connection closed, too many connections. */
const PRISMA_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2037'])

/** What Prisma's adapter makes of socket errors. */
const ADAPTER_KINDS = new Set(['DatabaseNotReachable', 'ConnectionClosed', 'SocketTimeout', 'TooManyConnections'])

/** `pg` and its pool give these no code, and Prisma passes them on as they are. */
const MESSAGES = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'Query read timeout',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  // Prisma's P2028, which it also uses for mistakes of ours: only where the database was too slow.
  'Unable to start a transaction in the given time',
  'cannot be executed on an expired transaction',
]

export function isDatabaseUnavailable(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const { code, originalCode, kind, message, cause, meta } = error as Record<string, unknown>
  return (
    isUnavailableCode(code) ||
    isUnavailableCode(originalCode) ||
    (typeof kind === 'string' && ADAPTER_KINDS.has(kind)) ||
    (typeof message === 'string' && MESSAGES.some((text) => message.includes(text))) ||
    isDatabaseUnavailable(cause) ||
    isDatabaseUnavailable((meta as { driverAdapterError?: unknown } | undefined)?.driverAdapterError)
  )
}

function isUnavailableCode(code: unknown): boolean {
  if (typeof code !== 'string') return false
  if (SYSTEM_CODES.has(code) || PRISMA_CODES.has(code)) return true
  return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('P') && SQLSTATES.some((state) => code.startsWith(state))
}
