/** One primary-key SELECT through `pg`: what a check costs at least whose key is in the table only. */
import pg from 'pg'
import { createSecrets } from '../src/platform/secrets.ts'
import { serve } from './support/base-server.ts'

const [, , , databaseUrl = '', secretKey = ''] = process.argv
const secrets = createSecrets([secretKey])
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 })

serve((request, response) => {
  const digest = secrets.digest('api_key', String(request.headers['x-api-key']))
  pool
    .query<{ subject: string }>({
      name: 'subject',
      text: 'SELECT subject FROM bench_subjects WHERE digest = $1',
      values: [digest],
    })
    .then(({ rows: [row] }) => {
      response.statusCode = row ? 200 : 401
      response.end(row?.subject ?? 'unknown')
    })
    .catch((error: unknown) => {
      console.error(error)
      process.exit(1)
    })
})
