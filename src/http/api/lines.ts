/** Objects as lines of JSON (NDJSON), block by block, as fast as they are taken. */
import { Readable } from 'node:stream'
import { terminalJson } from '../../platform/terminal-json.ts'

export const linesType = 'application/x-ndjson'

/** A fault on the way cuts the connection: an answer that ends early must not look like a whole one. */
export function linesOf(blocks: AsyncIterable<readonly object[]>): Readable {
  return Readable.from(texts(blocks), { highWaterMark: 1 })
}

async function* texts(blocks: AsyncIterable<readonly object[]>): AsyncGenerator<string> {
  for await (const block of blocks) {
    if (block.length > 0) yield `${block.map((line) => terminalJson(line)).join('\n')}\n`
  }
}
