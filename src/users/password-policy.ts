/** Which passwords people may choose: NIST SP 800-63B-4, 3.1.1.2. Fifteen characters at least, no rule of composition, and none that a guesser tries early. */
import { openBlocklist } from './password-blocklist.ts'
import { compactPassword, foldPassword, guessBits } from './password-guesses.ts'
import { countCharacters, MIN_CHARACTERS, normalizePassword } from './password-text.ts'

export type PasswordFault = 'too_short' | 'too_long' | 'common' | 'contains_context'

/** What a guesser who aims at this person would try first. */
export interface PasswordContext {
  email: string
  name: string | null
  platformName: string
}

/**
 * Refused is what is among the first 2^28 guesses. Three of the hundred most common words come before that and three
 * words of a diceware list do not; at 40 tries a second and core, argon2id makes it two and a half months' work.
 */
const GUESSES_BITS = 28

/** A word about the person or the platform is what a guesser begins with. */
const CONTEXT_BITS = 1
const CONTEXT_MIN_CHARACTERS = 3

/** Read when the program starts: half a megabyte that never changes. */
const blocklist = openBlocklist()

export function checkPassword(
  password: string,
  context: PasswordContext,
): { ok: true } | { ok: false; reason: PasswordFault } {
  const normalized = normalizePassword(password)
  if (normalized === null) return { ok: false, reason: 'too_long' }
  // Both forms are counted: one ligature can stand for eighteen letters, which nobody had to think of.
  if (Math.min(countCharacters(password), countCharacters(normalized)) < MIN_CHARACTERS) {
    return { ok: false, reason: 'too_short' }
  }
  const folded = foldPassword(normalized)
  const listed = (text: string) => blocklist.bitsOf(text)
  if (guessBits(folded, listed, GUESSES_BITS) <= GUESSES_BITS) return { ok: false, reason: 'common' }
  const words = contextWords(context)
  const listedOrContext = (text: string) => (words.has(text) ? CONTEXT_BITS : blocklist.bitsOf(text))
  if (guessBits(folded, listedOrContext, GUESSES_BITS) <= GUESSES_BITS) return { ok: false, reason: 'contains_context' }
  return { ok: true }
}

/** The address, the names, each of their words, and the same without what stands between letters. */
function contextWords({ email, name, platformName }: PasswordContext): Set<string> {
  const [localPart = '', domain = ''] = email.split('@')
  const texts = [email, localPart, domain, name ?? '', platformName].map((text) => foldPassword(text.normalize('NFKC')))
  const forms = texts.flatMap((text) => [
    text,
    compactPassword(text),
    ...text.split(/[^\p{L}\p{N}]+/u),
    ...text.split(/[^\p{L}]+/u),
  ])
  return new Set(forms.filter((form) => countCharacters(form) >= CONTEXT_MIN_CHARACTERS))
}
