/** People of an Auth0 tenant: the export with password hashes that its support gives, an object a line. */
import { z } from 'zod'
import { parseExport, UnreadableExport, type Converted, type ConversionNote } from '../../http/api/converted.ts'

const account = z.looseObject({
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  name: z.string().optional(),
  passwordHash: z.string().optional(),
  created_at: z.union([z.string(), z.looseObject({ $date: z.string() })]).optional(),
  blocked: z.boolean().optional(),
  identifiers: z
    .array(z.looseObject({ type: z.string(), value: z.string(), verified: z.boolean().optional() }))
    .optional(),
})

type Account = z.output<typeof account>

/** @throws {UnreadableExport} */
export function readAuth0Users(text: string): Converted {
  const notes: ConversionNote[] = []
  const rows = text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return []
    const parsed = account.safeParse(parseExport(line))
    if (!parsed.success) throw new UnreadableExport(`Line ${index + 1} is no account of an Auth0 export.`)
    return rowOf(parsed.data, index + 1, notes)
  })
  return { rows, notes }
}

function rowOf(given: Account, line: number, notes: ConversionNote[]): Record<string, unknown>[] {
  const identifier = given.identifiers?.find(({ type }) => type === 'email')
  const email = given.email ?? identifier?.value
  if (email === undefined) {
    const message = 'There is no e-mail address, by which people are known here.'
    notes.push({ about: `line ${line}`, message, skipped: true })
    return []
  }
  const { name, passwordHash, created_at: created } = given
  const createdAt = typeof created === 'object' ? created.$date : created
  const row = {
    email,
    email_verified: given.email_verified ?? identifier?.verified ?? false,
    ...(name === undefined || name === '' || name === email ? {} : { name }),
    ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
    ...(createdAt === undefined ? {} : { created_at: createdAt }),
    ...(given.blocked === true ? { disabled: true } : {}),
  }
  return [row]
}
