import { expect, test } from 'vitest'
import { emailKey, parseEmail, parseName } from '../../src/users/user.ts'

test.each(['ann@example.com', 'a.b+c@sub.example.co.uk', 'admin@localhost', 'jürgen@müller.de', ' ann@example.com '])(
  'takes %s as an address',
  (text) => expect(parseEmail(text)).toBe(text.trim()),
)

test.each([
  '',
  'ann',
  'ann@',
  '@example.com',
  'ann@example..com',
  'ann@-example.com',
  'ann@example.com, bob@example.com',
  'ann@example.com;bob@example.com',
  '"ann"@example.com',
  '<ann@example.com>',
  'ann@example.com\r\nBcc: bob@example.com',
  'ann\u0000@example.com',
  'ann@ex\u202Eample.com',
  `${'a'.repeat(65)}@example.com`,
  `ann@${'example.'.repeat(40)}com`,
])('takes %j for no address, so that mail goes to one mailbox', (text) => expect(parseEmail(text)).toBeNull())

test('compares addresses without regard to case, in both parts', () => {
  expect(emailKey('Ann@Example.COM ')).toBe(emailKey('ann@example.com'))
  expect(emailKey('ju\u0308rgen@example.com')).toBe(emailKey('J\u00dcrgen@example.com'))
})

test('a name stays on one line and can’t turn its sentence around', () => {
  expect(parseName('  Ann\r\nBcc:   x\u0000 ')).toBe('Ann Bcc: x')
  expect(parseName('Ann\u202Emoc.live\u2066')).toBe('Annmoc.live')
  expect(parseName('   ')).toBe('')
})
