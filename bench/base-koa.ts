/** THE BASE of checks: koa that finds the digest of a key in a Map. */
import Koa from 'koa'
import { digestOf, serve, subjects } from './support/base-server.ts'

const app = new Koa()
app.use((ctx) => {
  const subject = subjects.get(digestOf(ctx.get('x-api-key')))
  ctx.status = subject === undefined ? 401 : 200
  ctx.body = subject ?? 'unknown'
})
const callback = app.callback()
serve((request, response) => void callback(request, response))
