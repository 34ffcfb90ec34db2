/** Where the log goes: standard output, whose writes cost as much as a read of the database when each line is one. */
import { pino, type DestinationStream } from 'pino'

/** More than this is written at once, so that a flood of lines takes no more memory. */
const mostBytes = 8 * 1024

let output: DestinationStream | undefined

/** The process's own, so there is one. */
export function standardOutput(): DestinationStream {
  return (output ??= openOutput())
}

/**
 * What is logged within one turn of the event loop is written in one go at its end, at the latest when the process ends.
 * Only a kill -9 within that turn, a fraction of a millisecond, loses it.
 */
function openOutput(): DestinationStream {
  const stream = pino.destination({ fd: process.stdout.fd, sync: true, minLength: mostBytes })
  let waiting = false
  const flush = () => {
    waiting = false
    stream.flushSync()
  }
  process.on('exit', flush)
  return {
    write(line) {
      stream.write(line)
      if (waiting) return
      waiting = true
      setImmediate(flush)
    },
  }
}
