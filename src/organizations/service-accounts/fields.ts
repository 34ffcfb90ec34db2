/** What is said of a service account: the same over HTTP and in a file. */
import { z } from 'zod'

export const description = z
  .string()
  .max(1000, { error: 'must have at most 1000 characters' })
  .regex(/^[^\p{Cs}\0]*$/u, { error: 'must be text' })
  .nullable()
