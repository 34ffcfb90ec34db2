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

async function ask(port: number): Promise<void> {
  const end = performance.now() + patienceMs
  for (;;) {
    try {
      using connection = await openConnection(port)
      const { status, body } = await connection.get('/.well-known/openid-configuration')
      if (status === 200) return
      throw new Error(`the server answered ${status}:\n${body}`)
    } catch (error) {
      if ((error as { code?: string }).code !== 'ECONNREFUSED' || performance.now() > end) throw error
      await delay(pauseMs)
    }
  }
}
