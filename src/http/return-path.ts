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

export const account = '/account' as ReturnPath

/** Anything that isn't one of our paths becomes the fallback. */
export function returnPath(text: unknown, fallback: ReturnPath = account): ReturnPath {
  return typeof text === 'string' && ours.some((pattern) => pattern.test(text)) ? (text as ReturnPath) : fallback
}
