/** Where a page may send a person back to: one of our own paths. By type, so that an open redirect can't be written. */

declare const brand: unique symbol
export type ReturnPath = `/${string}` & { readonly [brand]: true }

/** The places that a person may have been on the way to. */
const ours = [
  /^\/$/,
  /^\/interaction\/[\w-]+$/,
  /^\/account(\/[\w/-]*)?$/,
  /^\/admin(\/[\w/-]*)?$/,
  /^\/device$/,
  /^\/demo$/,
]

/** What these are filtered by and where they go on, as browsers encode it: nothing that could be an address itself. */
const query = /^\/(?:account|admin)(?:\/[\w/-]*)?\?([\w=&%.+~*-]{1,1000})$/

export const account = '/account' as ReturnPath

/** Anything that isn't one of our paths becomes the fallback; a query that isn't one of theirs is left out. */
export function returnPath(text: unknown, fallback: ReturnPath = account): ReturnPath {
  if (typeof text !== 'string') return fallback
  const [path = ''] = text.split('?', 1)
  if (!ours.some((pattern) => pattern.test(path))) return fallback
  return withQuery(path as ReturnPath, text)
}

function withQuery(path: ReturnPath, text: string): ReturnPath {
  const asked = new URLSearchParams(query.exec(text)?.[1] ?? '')
  // What was said once isn't said again.
  asked.delete('done')
  return (asked.size === 0 ? path : `${path}?${asked.toString()}`) as ReturnPath
}
