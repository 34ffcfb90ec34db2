/** What a message is, and that nothing in it can become a header or a second recipient. */

export interface MailMessage {
  /** One bare address. */
  readonly to: string
  readonly subject: string
  readonly text: string
  readonly html: string
  /** Where whoever gets it can say that they don't want its like (RFC 2369). */
  readonly unsubscribeUrl?: string
}

/** Whom a message comes from: as a header has it, or with the name apart, which may then hold anything. */
export type Sender = string | { readonly name: string; readonly address: string }

/** RFC 5321, 4.5.3.1. */
const ADDRESS_MAX = 254
const SUBJECT_MAX = 200

/** Quoted local parts and address literals are allowed by RFC 5321, used by nobody, and good for smuggling. */
const ADDRESS = /^[^\s\p{C}@<>()[\]\\,;:"]{1,64}@[^\s\p{C}@<>()[\]\\,;:"]+$/u

/** The last gate: whoever takes addresses from people checks them first. Throws without the text, since that is logged. */
export function assertMailAddress(text: string): void {
  if (text.length > ADDRESS_MAX || !ADDRESS.test(text)) throw new TypeError('not a mail address')
}

/** A subject carries names that others chose: on one line, and not endless. */
export function cleanSubject(subject: string): string {
  return Array.from(subject.replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim())
    .slice(0, SUBJECT_MAX)
    .join('')
}
