/** How a file says where a secret is that it doesn't hold. */
import { z } from 'zod'

export const secretReference = z
  .union([
    z.strictObject({ from_env: z.string().min(1).meta({ description: 'The name of a variable of the environment.' }) }),
    z.strictObject({ from_file: z.string().min(1).meta({ description: 'A path, from where the file is.' }) }),
  ])
  .meta({ description: 'Where the secret is: it is not written into the file. Without it, secrets stay as they are.' })
