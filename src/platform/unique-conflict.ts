/** Whether a write was refused because what may be there once only is there already. It ends its transaction. */
import { Prisma } from './prisma/client.ts'

export function isUniqueConflict(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002'
}
