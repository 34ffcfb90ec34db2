/** How long the first look at a key takes: what a node holds in memory is emptied before, again and again. */
import { openConnection } from './connection.ts'
import { loseListener } from './listeners.ts'
import { spread } from './rounds.ts'

export interface ColdServer {
  name: string
  databaseUrl: string
  port: number
  path: string
  keyOf(number: number): string
}

/** As many as the smallest table holds, so that none comes twice. */
const looksAtOnce = 10
const emptyings = 20

/** @returns the rows of a table: the median of the rounds' medians, the least and the greatest of them, in milliseconds */
export async function coldLooks(servers: readonly ColdServer[], rounds: number): Promise<string[][]> {
  const medians = servers.map((): number[] => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, server] of servers.entries()) medians[index]!.push(await medianLook(server))
  }
  const rows = medians.map((own, index) => {
    const { median, least, greatest } = spread(own)
    return [servers[index]!.name, median.toFixed(2), `(${least.toFixed(2)}–${greatest.toFixed(2)})`]
  })
  return [['', 'ms', '(least–greatest)'], ...rows]
}

async function medianLook({ databaseUrl, port, path, keyOf }: ColdServer): Promise<number> {
  using connection = await openConnection(port)
  const times: number[] = []
  for (let emptying = 0; emptying < emptyings; emptying++) {
    await loseListener(databaseUrl, [port])
    for (let look = 0; look < looksAtOnce; look++) {
      const asked = performance.now()
      const { status, body } = await connection.get(path, { 'x-api-key': keyOf(times.length) })
      times.push(performance.now() - asked)
      if (status !== 200) throw new Error(`a first look was answered ${status}\n${body}`)
    }
  }
  return spread(times).median
}
