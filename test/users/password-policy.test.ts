import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { randomBase62 } from '../../src/platform/random.ts'
import { checkPassword, type PasswordContext } from '../../src/users/password-policy.ts'

const context: PasswordContext = { email: 'jane.doe@example.com', name: 'Jane Doe', platformName: 'Keygrant' }
const check = (password: string) => checkPassword(password, context)
const refused = (reason: string) => ({ ok: false, reason })

describe('the length of a password', () => {
  test('is at least 15 characters', () => {
    expect(check('kwzjtqvhbxmrnp')).toEqual(refused('too_short'))
    expect(check('kwzjtqvhbxmrnpd')).toEqual({ ok: true })
    expect(check('')).toEqual(refused('too_short'))
  })

  test('is at most 128 characters, and no size makes it slow', () => {
    const long = randomBase62(128)
    expect(check(long)).toEqual({ ok: true })
    expect(check(`${long}x`)).toEqual(refused('too_long'))
    expect(check('x'.repeat(10_000_000))).toEqual(refused('too_long'))
    expect(check('\u0301'.repeat(60_000))).toEqual(refused('too_long'))
  })

  test('is counted in code points, not in UTF-16 units', () => {
    expect(check('🦆🍋🚲🎻🧵🌵🧭🪁🦔🍇🥨🛶🎈🐌')).toEqual(refused('too_short'))
    expect(check('🦆🍋🚲🎻🧵🌵🧭🪁🦔🍇🥨🛶🎈🐌🪐')).toEqual({ ok: true })
    expect(check(`${'🦆🍋🚲🎻🧵🌵🧭🪁'.repeat(16)}🦔`)).toEqual(refused('too_long'))
  })

  test('is that of both the typed and the normalised form', () => {
    expect(check('ﷺ')).toEqual(refused('too_short'))
    expect(check('e\u0301'.repeat(14))).toEqual(refused('too_short'))
  })
})

describe('a good password', () => {
  test.each([
    'three blue ducks swim north',
    'correct horse staple battery wagon',
    'purple elephant dances',
    'coffee mountain bicycle',
    'garden chair umbrella',
    'my cat sleeps on the radiator',
    'we moved to Leeds in autumn',
    "Grandma's lemon cake recipe",
    'the train leaves at seven',
    'I like green tea very much',
    'rain on the tin roof',
    'blue house red door',
    'two cats and a dog',
    'never trust a squirrel',
    'correct-bicycle-lamp-onion',
    'Hund Katze Maus Elefant',
    'quatre chats sur le toit',
    'el perro come manzanas rojas',
    'мой кот спит на диване',
    '私は毎朝コーヒーを飲みます。とても',
    'kjhsdfiuwerbvnm',
    '839201746650183',
    'xK9#mQ2$vL7!pR4',
    '3fa85f64-5717-4562-b3fc-2c963f66afa6',
    '               z q               k v',
    'QUIETLOUDQUIETOTTER',
  ])('passes, whatever it is composed of: %s', (password) => {
    expect(check(password)).toEqual({ ok: true })
  })

  test('may hold a common word, the name or the platform, since the whole is weighed', () => {
    expect(check('my password hides under a rock')).toEqual({ ok: true })
    expect(check('jane waters nine small cactuses')).toEqual({ ok: true })
    expect(check('keygrant opens the old shed')).toEqual({ ok: true })
    expect(check(`qwerty123456 ${randomBase62(12)}`)).toEqual({ ok: true })
  })

  test('passes when a password manager drew it', () => {
    for (let i = 0; i < 500; i += 1) expect(check(randomBase62(15))).toEqual({ ok: true })
  })
})

describe('a common password', () => {
  test.each([
    ['repeated', 'passwordpassword1'],
    ['repeated', 'iloveyouiloveyou'],
    ['repeated', 'princess princess'],
    ['repeated', 'test test test test'],
    ['lengthened', 'Password12345678'],
    ['lengthened', 'administrator123'],
    ['lengthened', 'liverpool1234567'],
    ['lengthened', 'sunshine!!!!!!!!'],
    ['lengthened by years', 'Summer2024Summer2024!'],
    ['with digits for letters', 'P@ssw0rdP@ssw0rd'],
    ['with digits for letters', '1l0v3y0u1l0v3y0u'],
    ['backwards', 'drowssapdrowssap'],
    ['in other letters of the same look', 'ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ'],
    ['with accents', 'pässwördpässwörd'],
    ['spaced out', 'p a s s w o r d 1 2 3'],
    ['joined to others', 'monkey dragon master'],
    ['joined to others', 'letmeinqwertymonkey'],
    ['of one character', 'aaaaaaaaaaaaaaaaa'],
    ['of one character', '               '],
    ['a sequence', '123456789012345'],
    ['a sequence', 'abcdefghijklmnop'],
    ['a sequence', 'zyxwvutsrqponmlk'],
    ['a sequence', 'абвгдежзийклмно'],
    ['a sequence', 'a1b2c3d4e5f6g7h8'],
    ['a sequence', 'aabbccddeeffgghh'],
    ['a sequence', '0102030405060708'],
    ['a short thing, repeated', 'abc123abc123abc123'],
    ['a short thing, repeated', '19840612 19840612'],
    ['a walk over the keyboard', 'qwertyuiopasdfgh'],
    ['a walk over the keyboard', '1qaz2wsx3edc4rfv'],
    ['a walk over the keyboard', 'qwertzuiopasdfgh'],
    ['a walk over the keyboard', 'azertyuiopqsdfgh'],
    ['a walk over the keyboard', 'йцукенгшщзхъфыва'],
    ['breached', 'manchesterunited'],
    ['breached', 'Welcome to the Jungle'],
    ['breached', 'bestfriendsforever'],
    ['breached', 'avatarthelastairbender1'],
    ['famous', 'correct horse battery staple'],
    ['famous', 'CorrectHorseBatteryStaple!'],
    ['famous', 'thequickbrownfoxjumpsoverthelazydog'],
    ['famous', 'this is my password'],
    ['famous', 'May the Force be with you'],
  ])('is refused, %s: %s', (_, password) => {
    expect(check(password)).toEqual(refused('common'))
  })

  const frequent = [
    '123456',
    'password',
    'qwerty',
    'dragon',
    'baseball',
    'letmein',
    'monkey',
    'iloveyou',
    'sunshine',
    'admin',
  ]

  test('is refused in any case, repeated to any length, with a few more characters', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...frequent),
        fc.integer({ min: 3, max: 12 }),
        fc.constantFrom('', ' ', '-', '_'),
        fc.string({ maxLength: 2 }),
        fc.constantFrom('lower', 'upper', 'capital'),
        (word, times, between, end, letters) => {
          const text = Array.from({ length: times }, () => word).join(between)
          const cased = {
            lower: text,
            upper: text.toUpperCase(),
            capital: text.charAt(0).toUpperCase() + text.slice(1),
          }
          expect(check(cased[letters] + end)).toEqual(refused('common'))
        },
      ),
    )
  })

  test('stays refused when it is written twice', () => {
    fc.assert(
      fc.property(fc.constantFrom(...frequent), fc.constantFrom(...frequent), (one, two) => {
        const password = `${one}${two}${one}${two}`.padEnd(15, '1')
        expect(check(password)).toEqual(refused('common'))
      }),
    )
  })
})

describe('a password made of what is known about the person', () => {
  test.each([
    'keygrantkeygrant',
    'KeyGrant12345678',
    'keygrant password 2026',
    'K3ygr4nt-K3ygr4nt',
    'jane.doe@example.com',
    'janedoe123456789',
    'Jane Doe 1990 !!',
    'doejane doejane',
    'example example jane',
    'jane loves john',
  ])('is refused: %s', (password) => {
    expect(check(password)).toEqual(refused('contains_context'))
  })

  test('passes for somebody else', () => {
    const other = { email: 'kim@example.org', name: null, platformName: 'Zettelwerk' }
    expect(checkPassword('doejane.keygrant', other)).toEqual({ ok: true })
    expect(checkPassword('zettelwerkkimkim', other)).toEqual(refused('contains_context'))
  })

  test('needs neither a name nor a sound address', () => {
    expect(checkPassword('three blue ducks swim north', { email: '', name: null, platformName: '' })).toEqual({
      ok: true,
    })
    expect(checkPassword('three blue ducks swim north', { email: '@', name: ' ', platformName: '-' })).toEqual({
      ok: true,
    })
  })
})

test('answers any text, and the same text alike', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (password) => {
      expect(check(password)).toEqual(check(password))
    }),
  )
})
