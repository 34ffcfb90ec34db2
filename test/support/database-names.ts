/** Names and addresses of the databases that tests make. */
import { randomBytes } from 'node:crypto'

export const randomDatabaseName = (): string => `keygrant_test_${randomBytes(8).toString('hex')}`

export function databaseUrl(server: string, database: string): string {
  const url = new URL(server)
  url.pathname = `/${database}`
  return url.href
}
