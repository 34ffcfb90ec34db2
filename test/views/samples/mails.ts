/** Every mail. */
import { noticeKinds, type NoticeKind, type NoticesModel } from '../../../src/http/notice-models.ts'
import type { MailModels } from '../../../src/http/page-models.ts'
import type { SamplesOf } from './visitor.ts'

const item = {
  name: 'Nightly export',
  hint: 'x7Qa',
  at: new Date('2026-11-24T09:30:00Z'),
  limit: 5_000,
  remaining: 1_000,
  reason: 'failing',
}

function section(kind: NoticeKind, more = 0): NoticesModel['sections'][number] {
  return { kind, count: 1 + more, items: [item], more, href: 'https://id.northwind.example/account/keys' }
}

const choiceHref = 'https://id.northwind.example/account/notifications'

/** Of each kind alone, of many, and of all in one. */
const notices = {
  ...(Object.fromEntries(
    noticeKinds.map((kind) => [
      kind,
      { one: { sections: [section(kind)], choiceHref: null }, many: { sections: [section(kind, 99)], choiceHref } },
    ]),
  ) as Record<NoticeKind, { one: NoticesModel; many: NoticesModel }>),
  digest: { all: { sections: noticeKinds.map((kind) => section(kind)), choiceHref } },
}

export const mails = {
  ...notices,
  'address-changed': { plain: { at: new Date('2026-11-24T09:30:00Z') } },
  'sign-up': { plain: { link: 'https://id.northwind.example/link/Rk9PQkFS', expiresInMinutes: 1440 } },
  'already-registered': {
    plain: {
      signInHref: 'https://id.northwind.example/sign-in',
      resetHref: 'https://id.northwind.example/forgot-password',
    },
  },
  'reset-password': { plain: { link: 'https://id.northwind.example/link/Rk9PQkFS', expiresInMinutes: 30 } },
  'reset-unknown': {
    open: { email: 'ada.lovelace@example.com', signUpHref: 'https://id.northwind.example/sign-up' },
    closed: { email: 'ada.lovelace@example.com', signUpHref: null },
  },
  'password-changed': {
    plain: { at: new Date('2026-11-24T09:30:00Z'), resetHref: 'https://id.northwind.example/forgot-password' },
  },
  invitation: {
    'by-to': {
      link: 'https://id.northwind.example/link/Rk9PQkFS',
      inviter: 'Grace\n\n<Hopper>',
      organization: 'Navy & Sons',
      expiresInMinutes: 10080,
    },
    by: {
      link: 'https://id.northwind.example/link/Rk9PQkFS',
      inviter: 'Grace Hopper',
      organization: null,
      expiresInMinutes: 120,
    },
    to: {
      link: 'https://id.northwind.example/link/Rk9PQkFS',
      inviter: null,
      organization: 'Navy',
      expiresInMinutes: 10080,
    },
    plain: {
      link: 'https://id.northwind.example/link/Rk9PQkFS',
      inviter: null,
      organization: null,
      expiresInMinutes: 10080,
    },
  },
  'prove-email': {
    plain: {
      link: 'https://id.northwind.example/link/Rk9PQkFS',
      email: 'ada.lovelace@example.com',
      expiresInMinutes: 60,
    },
  },
  'new-device': {
    plain: {
      at: new Date('2026-11-24T09:30:00Z'),
      device: 'Firefox on Linux',
      address: '2001:db8::1',
      resetHref: 'https://id.northwind.example/forgot-password',
    },
  },
  'key-rotated': {
    plain: {
      name: 'Nightly export',
      hint: 'x7Qa',
      at: new Date('2026-11-24T09:30:00Z'),
      address: '2001:db8::1',
      oldSecretEndsAt: new Date('2026-11-25T09:30:00Z'),
    },
    'without-grace': {
      name: 'Nightly export',
      hint: 'x7Qa',
      at: new Date('2026-11-24T09:30:00Z'),
      address: '2001:db8::1',
      oldSecretEndsAt: null,
    },
  },
  'key-leaked': {
    revoked: {
      name: 'Nightly export',
      hint: 'x7Qa',
      at: new Date('2026-11-24T09:30:00Z'),
      place: 'https://github.com/octocat/hello-world/blob/main/settings.yml',
      outcome: 'revoked',
    },
    grace: {
      name: 'Nightly export',
      hint: 'x7Qa',
      at: new Date('2026-11-24T09:30:00Z'),
      place: '',
      outcome: 'grace',
    },
    dead: {
      name: 'Nightly export',
      hint: 'x7Qa',
      at: new Date('2026-11-24T09:30:00Z'),
      place: '',
      outcome: 'dead',
    },
  },
} satisfies SamplesOf<MailModels, keyof MailModels>
