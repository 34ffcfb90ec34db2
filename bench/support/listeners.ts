/** The connections over which nodes hear of changes: what is held in memory hangs on them. */
import { setTimeout as delay } from 'node:timers/promises'
import type { Client } from 'pg'
import { connect } from '../../src/platform/database-connection.ts'
import { openConnection } from './connection.ts'

const pauseMs = 10

const listening = `FROM pg_stat_activity WHERE application_name = 'keygrant changes' AND datname = current_database()`

/** Closes those of the client's database. @returns how many there were, and which */
export async function closeListeners(client: Client): Promise<number[]> {
  const { rows } = await client.query<{ pid: number }>(`SELECT pid, pg_terminate_backend(pid) ${listening}`)
  return rows.map(({ pid }) => pid)
}

/** Closes those of a database, and resolves when the nodes at these ports listen again: each has forgotten all it held. */
export async function loseListener(databaseUrl: string, ports: readonly number[]): Promise<void> {
  await using client = await connect(databaseUrl, 'bench')
  await heardAgain(client, await closeListeners(client), ports)
}

/** When the nodes at these ports listen again over other connections than those. */
export async function heardAgain(client: Client, gone: readonly number[], ports: readonly number[]): Promise<void> {
  while ((await client.query(`SELECT pid ${listening} AND NOT pid = ANY ($1)`, [gone])).rows.length < gone.length) {
    await delay(pauseMs)
  }
  for (const port of ports) await ready(port)
}

export async function ready(port: number): Promise<void> {
  using connection = await openConnection(port)
  while ((await connection.get('/health/ready')).status !== 200) await delay(pauseMs)
}
