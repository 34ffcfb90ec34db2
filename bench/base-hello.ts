/** The transport's limit: `node:http` that looks at nothing. */
import { serve } from './support/base-server.ts'

serve((_request, response) => void response.end('hello'))
