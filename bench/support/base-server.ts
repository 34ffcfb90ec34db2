/** What the bases of checks share, so that they differ in nothing but what they are measured for. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import { keyOf, warmKeys } from './keys.ts'

/** With a raw key in place of a KeyObject, an HMAC takes six times as long. */
const hmacKey: KeyObject = createSecretKey(Buffer.alloc(32, 'bench'))

export function digestOf(credential: string): string {
  return createHmac('sha256', hmacKey).update(credential).digest('base64')
}

/** Whom each of the warm keys stands for, by its digest. */
export const subjects: ReadonlyMap<string, string> = new Map(
  Array.from({ length: warmKeys }, (_, number) => [digestOf(keyOf('stored', number)), `subject-${number}`]),
)

/** Each base is a program that is given its port. */
export function serve(listener: RequestListener): void {
  process.on('SIGTERM', () => process.exit())
  const server = createServer(listener)
  server.keepAliveTimeout = 65_000
  server.listen(Number(process.argv[2]), '127.0.0.1')
}
