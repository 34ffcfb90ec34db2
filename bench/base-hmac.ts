/** `node:http` that finds the digest of a key in a Map. */
import { digestOf, serve, subjects } from './support/base-server.ts'

serve((request, response) => {
  const subject = subjects.get(digestOf(String(request.headers['x-api-key'])))
  response.statusCode = subject === undefined ? 401 : 200
  response.end(subject)
})
