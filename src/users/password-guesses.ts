/**
 * How soon a guesser who knows our blocklist, and what people do to common passwords, arrives at a given one.
 *
 * The password is cut into pieces in the cheapest way: listed passwords (also backwards, or with 0 for o), walks over the
 * keyboard, sequences, repetitions of what came before, years, and single characters for the rest. A piece costs the
 * bits that choose it among its like. So it is the whole password that is weighed, as NIST SP 800-63B-4 (3.1.1.2) asks:
 * a common word within a good phrase does no harm, and a common password made longer gains nothing.
 */
import { keyboardWalk } from './keyboards.ts'

/** In how many bits a guesser gets to a folded text (1 at least); null where it isn't listed. */
export type Lookup = (folded: string) => number | null

const bits = {
  digit: Math.log2(10),
  letter: Math.log2(26),
  /** Between two words a guesser tries a space or a hyphen first. */
  separator: 2,
  /** ASCII has 32 signs. Other scripts have more, but fifteen characters at this price pass anyway. */
  other: 5,
  /** 1900 to 2099, the recent ones first. */
  year: 7,
  /** Backwards, or with digits for letters. */
  variant: 1,
  /** A key to begin at, and then which way to go. */
  walk: 5,
  turn: 2,
  /** Where a sequence begins is chosen by its first character; this is for its way of going on. */
  sequence: 3,
  /** To repeat at all; how far back is paid for besides. */
  repeat: 2,
} as const

const CHEAPEST_LISTED = 1
const SHORTEST_LISTED = 3
const LONGEST_LISTED = 40
const SHORTEST_WALK = 3
const LONGEST_STRIDE = 3
const separators = new Set([' ', '-', '_', '.'])

/** Digits and signs that stand for letters. Two tables, since `1` stands for two of them. */
const substitutes = [
  { '0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '@': 'a', $: 's', '!': 'i' },
  { '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '9': 'g', '@': 'a', $: 's', '|': 'l' },
].map((table) => new Map(Object.entries(table)))

/** In lower case and without accents: how the blocklist is written, and what a guesser tries first. */
export function foldPassword(normalized: string): string {
  const bare = normalized
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/[\u0300-\u036f]/g, '')
  return bare.normalize('NFC')
}

/** Without everything but letters and digits. */
export function compactPassword(folded: string): string {
  return folded.replaceAll(/[^\p{L}\p{N}]/gu, '')
}

/** The bits of the cheapest way to `folded`, as it is or compacted; infinite when every way costs more than `limit`. */
export function guessBits(folded: string, lookup: Lookup, limit: number): number {
  const compact = compactPassword(folded)
  const removed = Array.from(folded.replaceAll(/[\p{L}\p{N}]/gu, ''))
  const removal = removed.reduce((sum, character) => sum + (separators.has(character) ? 1 : bits.other), 0)
  const asItIs = cheapestWay(folded, lookup, limit)
  return compact === folded ? asItIs : Math.min(asItIs, removal + cheapestWay(compact, lookup, limit - removal))
}

/** A shortest path over the places between characters; `best[n]` is the price of the first n of them. */
function cheapestWay(text: string, lookup: Lookup, limit: number): number {
  const best = [0]
  const priceOf = (place: number) => best[place] ?? Infinity
  const disguised = substitutes.map((table) => Array.from(text, (letter) => table.get(letter) ?? letter).join(''))
  const backwards = text.split('').toReversed().join('')
  for (let at = 0; at < text.length; at += 1) {
    const before = priceOf(at)
    // Nothing is gained by going on from what is over the limit: this keeps strong passwords cheap to check.
    if (before > limit) continue
    const offer = (length: number, cost: number) => {
      best[at + length] = Math.min(priceOf(at + length), before + cost)
    }
    offer(1, characterBits(text.charAt(at)))
    offerRepeats(text, at, offer)
    offerSequences(text, at, offer)
    offerWalks(text, at, offer)
    for (let end = at + SHORTEST_LISTED; end <= Math.min(text.length, at + LONGEST_LISTED); end += 1) {
      // And this keeps repetitive ones cheap: their further places have been reached by then.
      if (priceOf(end) <= before + CHEAPEST_LISTED) continue
      const piece = text.slice(at, end)
      const variants = [backwards.slice(text.length - end, text.length - at)]
      // Digits alone are digits, not letters in disguise.
      if (/[^0-9]/.test(piece)) variants.push(...disguised.map((whole) => whole.slice(at, end)))
      offer(end - at, pieceBits(piece, variants, lookup))
    }
  }
  return priceOf(text.length) > limit ? Infinity : priceOf(text.length)
}

function characterBits(character: string): number {
  if (/[0-9]/.test(character)) return bits.digit
  if (/[a-z]/.test(character)) return bits.letter
  return separators.has(character) ? bits.separator : bits.other
}

function pieceBits(piece: string, variants: readonly string[], lookup: Lookup): number {
  const direct = lookup(piece) ?? Infinity
  const year = /^(?:19|20)[0-9]{2}$/.test(piece) ? bits.year : Infinity
  const changed = variants.filter((variant) => variant !== piece).map((variant) => lookup(variant) ?? Infinity)
  return Math.min(direct, year, ...changed.map((found) => found + bits.variant))
}

type Offer = (length: number, cost: number) => void

/** The same characters stood `distance` places earlier: "abcabc", "blue duck blue duck". */
function offerRepeats(text: string, at: number, offer: Offer): void {
  for (let distance = 1; distance <= at; distance += 1) {
    const cost = bits.repeat + Math.log2(distance)
    for (let end = at; end < text.length && text[end] === text[end - distance]; end += 1) offer(end + 1 - at, cost)
  }
}

/** Each character is as far from the one `stride` before it as that one was from its own: "4567", "a1b2c3", "aabbcc", "010203". */
function offerSequences(text: string, at: number, offer: Offer): void {
  for (let stride = 1; stride <= Math.min(LONGEST_STRIDE, at); stride += 1) {
    const steps: number[] = []
    for (let length = 1; at + length <= text.length; length += 1) {
      const end = at + length - 1
      const step = stepBetween(text.charAt(end - stride), text.charAt(end))
      const expected = steps[(length - 1) % stride]
      if (step === null || (expected !== undefined && step !== expected)) break
      steps[(length - 1) % stride] = step
      // The first round says what the steps are; it takes a second one to make a sequence.
      if (length >= 2 * stride) offer(length, bits.sequence + stride)
    }
  }
}

/** At most two up or down; digits go on from 9 with 0. */
function stepBetween(from: string, to: string): number | null {
  const difference = to.charCodeAt(0) - from.charCodeAt(0)
  const step = /[0-9]{2}/.test(from + to) ? ((difference + 15) % 10) - 5 : difference
  return Math.abs(step) <= 2 ? step : null
}

function offerWalks(text: string, at: number, offer: Offer): void {
  for (const [index, turns] of keyboardWalk(text, at).entries()) {
    const length = index + 2
    if (length >= SHORTEST_WALK) offer(length, bits.walk + turns * bits.turn)
  }
}
