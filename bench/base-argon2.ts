/** The bare rate of argon2id here: a server that computes it once for each request, as a sign-in does. */
import { argon2id, hash, verify } from 'argon2'
import { argon2Parameters } from '../src/users/passwords.ts'
import { serve } from './support/base-server.ts'

const password = 'three blue ducks swim north'
const stored = await hash(password, { ...argon2Parameters, type: argon2id })

serve((_request, response) => {
  verify(stored, password)
    .then((ok) => response.end(String(ok)))
    .catch((error: unknown) => {
      console.error(error)
      process.exit(1)
    })
})
