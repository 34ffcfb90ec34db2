/** Lists: newest first, by keyset and never by offset, so that page 10,000 costs what page 1 does. */
import { z } from 'zod'
import { isoTime } from './wire.ts'

/** Where a page begins: after this row. */
export interface Cursor {
  createdAt: Date
  id: string
}

/** The longest id is that of a policy's route in the lists of usage. */
const cursorSchema = z.tuple([isoTime, z.string().min(1).max(1_200)])

/** Query parameters of every list; spread into the strict object of a route that filters besides. */
export const listParameters = {
  limit: z.coerce
    .number({ error: 'must be a whole number from 1 to 200' })
    .int({ error: 'must be a whole number from 1 to 200' })
    .min(1, { error: 'must be from 1 to 200' })
    .max(200, { error: 'must be from 1 to 200' })
    .default(50)
    .describe('How many at most.'),
  cursor: z
    .string()
    .transform((text, context): Cursor => {
      const read = cursorSchema.safeParse(parse(text))
      if (read.success) return { createdAt: new Date(read.data[0]), id: read.data[1] }
      context.addIssue({ code: 'custom', message: 'is none: use the next_cursor of an answer as it is' })
      return z.NEVER
    })
    .optional()
    .describe('The `next_cursor` of the page before.'),
}

/** Several ids in one parameter: whoever shows a page of objects looks up in one call what they refer to. */
export const idsParameter = z
  .string()
  .max(8_000, { error: 'must have at most 8,000 characters' })
  .transform((text) => [...new Set(text.split(',').filter((id) => id !== ''))])
  .pipe(z.array(z.string()).max(200, { error: 'must be at most 200' }))
  .optional()
  .describe('Those with these ids, separated by commas.')

/** A list without filters. */
export const listQuery = z.strictObject(listParameters)

export interface ListPage<T> {
  data: T[]
  next_cursor: string | null
}

export function listSchema<T extends z.ZodType>(item: T) {
  const page = z.strictObject({
    data: z.array(item),
    next_cursor: z.string().nullable().describe('The `cursor` of the next page; null: this is the last.'),
  })
  const { id } = item.meta() ?? {}
  return id === undefined ? page : page.meta({ id: `${id}Page` })
}

/** @param rows up to `limit + 1` of them: the one too many says that there is another page */
export function listPage<Row extends Cursor, T>(
  rows: readonly Row[],
  limit: number,
  show: (row: Row) => T,
): ListPage<T> {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    data: shown.map(show),
    next_cursor: rows.length > limit && last ? cursorOf(last) : null,
  }
}

/** The same of rows that are all at hand, in any order: for collections of tens. */
export function pageOf<Row extends Cursor, T>(
  rows: readonly Row[],
  { limit, cursor }: { limit: number; cursor?: Cursor | undefined },
  show: (row: Row) => T,
): ListPage<T> {
  const ordered = rows.toSorted(newestFirst)
  const after = cursor ? ordered.filter((row) => newestFirst(cursor, row) < 0) : ordered
  return listPage(after.slice(0, limit + 1), limit, show)
}

function newestFirst(a: Cursor, b: Cursor): number {
  const later = b.createdAt.getTime() - a.createdAt.getTime()
  if (later !== 0) return later
  return a.id === b.id ? 0 : a.id > b.id ? -1 : 1
}

function cursorOf({ createdAt, id }: Cursor): string {
  return Buffer.from(JSON.stringify([createdAt.toISOString(), id])).toString('base64url')
}

/** The Prisma condition for what comes after a cursor, in the order `createdAt desc, id desc`. */
export function afterCursor(cursor: Cursor | undefined) {
  if (!cursor) return {}
  const { createdAt, id } = cursor
  return { OR: [{ createdAt: { lt: createdAt } }, { createdAt, id: { lt: id } }] }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString())
  } catch {
    return null
  }
}
