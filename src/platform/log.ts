/** The structured log. What is secret never reaches it: see `redactedPaths` and `describeError`. */
import { pino, type DestinationStream, type Logger } from 'pino'
import { standardOutput } from './log-output.ts'

export type Log = Logger

/** Every place where a secret could stand in a logged object, whoever logs it. */
const secretNames = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  '["x-api-key"]',
  'password',
  'secret',
  'client_secret',
  'code',
  'code_verifier',
  'token',
  'access_token',
  'refresh_token',
  'id_token',
  'api_key',
  'link',
  'SECRET_KEY',
  'DATABASE_URL',
  'SMTP_URL',
] as const

const redactedPaths = secretNames.flatMap((name) =>
  name.startsWith('[') ? [name, `*${name}`, `*.*${name}`] : [name, `*.${name}`, `*.*.${name}`],
)

export function createLog(level: string, destination: DestinationStream = standardOutput()): Log {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: redactedPaths, censor: '[redacted]' },
    serializers: { err: describeError },
  }
  return pino(options, destination)
}

/**
 * What is logged of an error: its kind, message, code and stack, and its causes'. Never its other properties, where
 * drivers keep the statement's parameters and the connection's password.
 */
function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) }
  const code = (error as { code?: unknown }).code
  return {
    type: error.name,
    message: error.message.replaceAll(/\/\/[^\s/@]+@/g, '//[redacted]@'),
    ...(typeof code === 'string' ? { error_code: code } : {}),
    stack: error.stack?.replaceAll(/\/\/[^\s/@]+@/g, '//[redacted]@'),
    ...(error.cause === undefined ? {} : { cause: describeError(error.cause) }),
  }
}
