/** How a file says where a secret is that it doesn't hold. */
import { z } from 'zod'

export const secretReference = z.union(
  [z.strictObject({ from_env: z.string().min(1) }), z.strictObject({ from_file: z.string().min(1) })],
  { error: 'must say where it is: { from_env: NAME } or { from_file: PATH }' },
)

export type SecretReference = z.output<typeof secretReference>
