/**
 * JSON that may be looked at on a terminal: what names bring along must neither be run there nor turn the text round. Any reader
 * of JSON gets the same text back.
 */

/** Delete and C1 (`JSON.stringify` escapes C0 itself), what is shown by nothing or turns directions round, and ends of lines. */
const unsafe = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu

export function terminalJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replaceAll(unsafe, escaped)
}

/** Each half of a pair by itself, as JSON has it. */
function escaped(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
}
