/** What a page of ours asks to have sent back with its form. */
import type { Reply } from './connection.ts'

/** @returns the cookies that came with the page, and the token in its form, which belong together */
export function formOf({ cookies, body }: Reply): { cookie: string; token: string } {
  const token = /name="_csrf" value="([^"]+)"/.exec(body)?.[1]
  const cookie = cookies()
  if (token === undefined || cookie === '') throw new Error(`this page has no form:\n${body}`)
  return { cookie, token }
}
