/** A database of its own for each test: a clone of the migrated template, on the one server of the run. */
import { inject } from 'vitest'
import { connect } from '../../src/platform/database-connection.ts'
import { databaseUrl, randomDatabaseName } from './database-names.ts'

export interface TestDatabase extends AsyncDisposable {
  url: string
}

/** Migrated and empty; dropped when disposed of. */
export const createTestDatabase = (): Promise<TestDatabase> => createDatabase(inject('databaseTemplate'))

/** The same with signing keys that have long been in use: to draw new ones takes a third of a server's start. */
export const createKeyedDatabase = (): Promise<TestDatabase> => createDatabase(inject('keyedTemplate'))

/** Without a table in it, for the tests of migrations. */
export const createEmptyDatabase = (): Promise<TestDatabase> => createDatabase('template0')

async function createDatabase(template: string): Promise<TestDatabase> {
  const server = inject('databaseServer')
  const name = randomDatabaseName()
  await onServer(server, `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY ${inject('databaseCopy')}`)
  return {
    url: databaseUrl(server, name),
    [Symbol.asyncDispose]: () => onServer(server, `DROP DATABASE ${name} WITH (FORCE)`),
  }
}

async function onServer(server: string, statement: string): Promise<void> {
  await using client = await connect(server, 'tests')
  await client.query(statement)
}
