/** What a key of another system may look like, and what is taken for a token instead. */
import { isMistyped } from '../format.ts'

/** As the provider draws opaque tokens: a prefix and 256 bits. */
const opaquePrefix = 'kgat_'
/** KEY_PREFIX may be the same. */
const keyOfThatPrefix = /^kgat_(?:live|test)_/

/** Long enough that nobody guesses it by the thousand, and no longer than any that is given to people. */
const shape = /^[\x21-\x7e]{8,512}$/
export const SHORTEST_FOREIGN_KEY = 8

/**
 * By its first look. A JWT's header is a JSON object, which in base64url begins with `eyJ`; points alone make no token of
 * what other systems give out as keys.
 */
export function tokenKindOf(text: string): 'jwt' | 'opaque' | null {
  if (text.startsWith(opaquePrefix) && !keyOfThatPrefix.test(text)) return 'opaque'
  return text.startsWith('eyJ') && text.includes('.') ? 'jwt' : null
}

/** @param prefix KEY_PREFIX: a mistyped key of ours is refused by its checksum, and never looked for */
export function mayBeForeign(text: string, prefix: string): boolean {
  return shape.test(text) && tokenKindOf(text) === null && !isMistyped(text, prefix)
}
