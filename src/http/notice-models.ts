/** Mails that tell of several things at once: of one kind under its own name, of several as the digest. */

export const noticeKinds = [
  'key-exposed',
  'key-expired',
  'key-revoked',
  'key-expiring-soon',
  'key-expiring',
  'client-secret-expiring-soon',
  'client-secret-expiring',
  'limit-reached',
  'limit-approaching',
  'webhook-disabled',
  'app-connected',
  'key-created',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

export interface NoticeItem {
  name: string
  /** The last characters of a secret; empty where there is none. */
  hint: string
  /** When it ends or has ended; null where it doesn't. */
  at: Date | null
  /** Calls in an hour, and what is left of them; 0 where there is no limit. */
  limit: number
  remaining: number
  /** Why a webhook was disabled; empty where none was. */
  reason: string
}

export interface NoticesModel {
  sections: {
    kind: NoticeKind
    /** How many there are, with those that aren't named. */
    count: number
    items: NoticeItem[]
    more: number
    /** Where something can be done about it. */
    href: string
  }[]
  /** Where people choose which of these they get; null: all of this mail comes to everybody. */
  choiceHref: string | null
}

export type NoticeMailModels = Record<NoticeKind | 'digest', NoticesModel>

const template = 'emails/notices.njk'

export const noticeTemplates = Object.fromEntries(
  [...noticeKinds, 'digest' as const].map((kind) => [kind, template]),
) as Record<keyof NoticeMailModels, string>
