/** When a server answers for the first time. */
import { setTimeout as delay } from 'node:timers/promises'
import { openConnection } from './connection.ts'

/** Short against what is measured with it, long against what asking takes. */
const pauseMs = 5
const patienceMs = 60_000

/** Asks for the discovery document until it comes, as the first client of a server that was just started. */
export function firstAnswer({ port, failed }: { port: number; failed: Promise<never> }): Promise<void> {
  return Promise.race([ask(port), failed])
}

/** When it takes connections. */
export async function firstConnection({ port, failed }: { port: number; failed: Promise<never> }): Promise<void> {
  using _connection = await Promise.race([connect(port), failed])
}

async function ask(port: number): Promise<void> {
  using connection = await connect(port)
  const { status, body } = await connection.get('/.well-known/openid-configuration')
  if (status !== 200) throw new Error(`the server answered ${status}:\n${body}`)
}

async function connect(port: number): ReturnType<typeof openConnection> {
  const end = performance.now() + patienceMs
  for (;;) {
    try {
      return await openConnection(port)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ECONNREFUSED' || performance.now() > end) throw error
      await delay(pauseMs)
    }
  }
}
