/** A server's process, as far as its database goes: `embedded-process.ts DATA_DIR` prints the address, and ends when its input does. */
import { once } from 'node:events'
import { openEmbeddedDatabase } from '../../src/platform/embedded-database.ts'
import type { Log } from '../../src/platform/log.ts'

const silent = () => undefined
const log = { debug: silent, info: silent, warn: silent, error: silent } as unknown as Log

await using database = await openEmbeddedDatabase({ dataDir: process.argv[2] ?? '', log })
console.log(database.url)
process.stdin.resume()
await once(process.stdin, 'end')
