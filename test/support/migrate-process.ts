/** Migrates a database in a process of its own and prints what it applied: `migrate-process.ts URL FOLDER`. */
import { createLog } from '../../src/platform/log.ts'
import { migrate } from '../../src/platform/migrate.ts'

const [url = '', folder = ''] = process.argv.slice(2)
console.log(JSON.stringify(await migrate({ url, log: createLog('silent'), folder })))
