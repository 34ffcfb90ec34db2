/**
 * The closed loop for single small requests: nothing is made or read that needn't be, so that the generator stays far from
 * full where servers answer tens of thousands of times a second.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { loadOf, type Load } from './load.ts'

/** What is asked, one request after the other. */
export interface Question {
  /** The next request, whole, as it goes over the wire. */
  next(): Buffer
  /** What every answer must be. */
  statuses: readonly number[]
}

const contentLength = /\r\ncontent-length: *(\d+)\r\n/i

/** Each of the connections asks again as soon as it was answered. */
export async function barrage(
  port: number,
  question: Question,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Load> {
  const times: number[] = []
  // One is enough: what arrived is read before the next connection is.
  const buffer = Buffer.allocUnsafe(64 * 1024)
  const open = await Promise.all(Array.from({ length: connections }, () => openAsking(port, buffer)))
  const begin = performance.now()
  const end = begin + seconds * 1000
  try {
    await Promise.all(open.map((connection) => connection.ask(question, end, times)))
  } finally {
    for (const connection of open) connection.close()
  }
  return loadOf(times, (performance.now() - begin) / 1000)
}

interface Asking {
  /** Asks until `end`, and resolves when the last answer is there. */
  ask(question: Question, end: number, times: number[]): Promise<void>
  close(): void
}

async function openAsking(port: number, buffer: Buffer): Promise<Asking> {
  let received = (_text: string): void => undefined
  const socket: Socket = connect({
    host: '127.0.0.1',
    port,
    noDelay: true,
    onread: {
      buffer,
      callback(length) {
        received(buffer.toString('latin1', 0, length))
        return true
      },
    },
  })
  await once(socket, 'connect')
  return {
    ask: (question, end, times) =>
      new Promise((resolve, reject) => {
        let asked = performance.now()
        let answer = ''
        socket.on('error', reject)
        socket.on('close', () => reject(new Error('the server closed the connection')))
        received = (text) => {
          answer = answer === '' ? text : answer + text
          const whole = isWhole(answer)
          if (whole === false) return
          if (whole === null) {
            reject(new Error(`an answer without a length:\n${answer}`))
            return
          }
          if (!question.statuses.includes(Number(answer.slice(9, 12)))) {
            reject(new Error(`${question.statuses.join(' or ')} was expected, and the server answered\n${answer}`))
            return
          }
          answer = ''
          const now = performance.now()
          times.push(now - asked)
          if (now >= end) {
            resolve()
            return
          }
          asked = now
          socket.write(question.next())
        }
        socket.write(question.next())
      }),
    close: () => void socket.destroy(),
  }
}

/** Null: it doesn't say how long it is. */
function isWhole(answer: string): boolean | null {
  const headEnd = answer.indexOf('\r\n\r\n')
  if (headEnd === -1) return false
  const length = contentLength.exec(answer)?.[1]
  return length === undefined ? null : answer.length >= headEnd + 4 + Number(length)
}
