import fc from 'fast-check'
import { createHmac, hkdfSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { deriveLabels, digestLabels, innerLabels, type DigestPurpose } from '../../src/platform/secret-purposes.ts'
import { constantTimeEqual, createSecrets } from '../../src/platform/secrets.ts'

const OLD = 'the first secret key of the tests, long enough'
const NEW = 'the second secret key of the tests, long enough'
const purposes = Object.keys(digestLabels) as DigestPurpose[]
const place = { table: 'signing_keys', column: 'private_key', row: 'sgk_1' }

describe('secret keys', () => {
  test('refuses to work without one', () => {
    expect(() => createSecrets([])).toThrow('no secret key')
  })

  test('refuses one that is shorter than 32 bytes, without showing it', () => {
    const short = 'x'.repeat(31)
    expect(() => createSecrets([NEW, short])).toThrow(/at least 32 bytes/)
    expect(() => createSecrets([NEW, short])).not.toThrow(short)
  })

  test('refuses the same key twice, which is a rotation that did not happen', () => {
    expect(() => createSecrets([NEW, NEW])).toThrow('twice')
  })

  test('gives no two purposes the same label', () => {
    const labels = [digestLabels, deriveLabels, innerLabels].flatMap((table) => Object.values<string>(table))
    expect(new Set(labels).size).toBe(labels.length)
  })
})

describe('digests', () => {
  test('are HMAC-SHA-256 under the key that HKDF gives for the label', () => {
    const key = Buffer.from(hkdfSync('sha256', NEW, 'keygrant', 'keygrant digest session', 32))
    const expected = createHmac('sha256', key).update('value').digest()
    expect(createSecrets([NEW]).digest('session', 'value')).toEqual(expected)
  })

  test('differ between any two purposes', () => {
    const secrets = createSecrets([NEW])
    const all = purposes.map((purpose) => secrets.digest(purpose, 'value').toString('hex'))
    expect(new Set(all).size).toBe(purposes.length)
  })

  test('differ between any two keys', () => {
    expect(createSecrets([NEW]).digest('session', 'value')).not.toEqual(createSecrets([OLD]).digest('session', 'value'))
  })

  test('are found under each configured key, newest first', () => {
    const before = createSecrets([OLD]).digest('access_token', 'value')
    const secrets = createSecrets([NEW, OLD])
    expect(secrets.digests('access_token', 'value')).toEqual([secrets.digest('access_token', 'value'), before])
    expect(secrets.digest('access_token', 'value', 1)).toEqual(before)
  })

  test('tell the generation that made them, and nothing about those of another value', () => {
    const stored = createSecrets([OLD]).digest('refresh_token', 'value')
    const secrets = createSecrets([NEW, OLD])
    expect(secrets.generationOf('refresh_token', 'value', secrets.digest('refresh_token', 'value'))).toBe(0)
    expect(secrets.generationOf('refresh_token', 'value', stored)).toBe(1)
    expect(secrets.generationOf('refresh_token', 'another', stored)).toBeNull()
    expect(secrets.generationOf('access_token', 'value', stored)).toBeNull()
    expect(createSecrets([NEW]).generationOf('refresh_token', 'value', stored)).toBeNull()
  })

  test('refuse a generation that is not configured', () => {
    expect(() => createSecrets([NEW]).digest('session', 'value', 1)).toThrow(RangeError)
  })
})

describe('derived secrets', () => {
  test('are the same for the same parent on every node', () => {
    expect(createSecrets([NEW]).derive('refresh_successor', 'parent')).toBe(
      createSecrets([NEW]).derive('refresh_successor', 'parent'),
    )
  })

  test('stay the same through a rotation for a parent of the old generation', () => {
    const before = createSecrets([OLD]).derive('refresh_successor', 'parent')
    expect(createSecrets([NEW, OLD]).derive('refresh_successor', 'parent', 1)).toBe(before)
    expect(createSecrets([NEW, OLD]).derive('refresh_successor', 'parent')).not.toBe(before)
  })

  test('carry 256 bits and are no digest of their parent', () => {
    const secrets = createSecrets([NEW])
    const derived = Buffer.from(secrets.derive('refresh_successor', 'parent'), 'base64url')
    expect(derived).toHaveLength(32)
    for (const purpose of purposes) expect(derived.equals(secrets.digest(purpose, 'parent'))).toBe(false)
  })
})

describe('sealed values', () => {
  test('open where they were sealed, whatever they hold', () => {
    const secrets = createSecrets([NEW])
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 500 }), (plaintext) => {
        const opened = secrets.open(secrets.seal(plaintext, place), place)
        expect(Buffer.from(plaintext).equals(opened)).toBe(true)
      }),
    )
    expect(secrets.open(secrets.seal('ключ 🔑', place), place).toString('utf8')).toBe('ключ 🔑')
  })

  test.each([
    ['row', { ...place, row: 'sgk_2' }],
    ['column', { ...place, column: 'public_key' }],
    ['table', { ...place, table: 'webhooks' }],
    ['split of the same letters', { table: 'signing_key', column: 'sprivate_key', row: 'sgk_1' }],
  ])('do not open in another %s', (_, elsewhere) => {
    const secrets = createSecrets([NEW])
    const sealed = secrets.seal('private', place)
    expect(() => secrets.open(sealed, elsewhere)).toThrow('was altered or belongs to another row')
  })

  test('do not open when any one bit was changed', () => {
    const secrets = createSecrets([NEW])
    const sealed = secrets.seal('private', place)
    for (let bit = 0; bit < sealed.length * 8; bit += 1) {
      const altered = Buffer.from(sealed)
      altered.writeUInt8(altered.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
      expect(() => secrets.open(altered, place)).toThrow()
    }
  })

  test('do not open when cut short', () => {
    const secrets = createSecrets([NEW])
    const sealed = secrets.seal('private', place)
    for (let length = 0; length < sealed.length; length += 1) {
      expect(() => secrets.open(sealed.subarray(0, length), place)).toThrow()
    }
  })

  test('look different each time and show nothing of what they hold', () => {
    const secrets = createSecrets([NEW])
    const [one, two] = [secrets.seal('private', place), secrets.seal('private', place)]
    expect(one.equals(two)).toBe(false)
    expect(one.includes('private')).toBe(false)
  })

  test('of an old key open and ask to be sealed again, those of the newest do not', () => {
    const old = createSecrets([OLD]).seal('private', place)
    const secrets = createSecrets([NEW, OLD])
    expect(secrets.open(old, place).toString()).toBe('private')
    expect(secrets.needsResealing(old)).toBe(true)
    expect(secrets.needsResealing(secrets.seal('private', place))).toBe(false)
  })

  test('of a key that was taken away fail with the place and the missing key, not with the value', () => {
    const old = createSecrets([OLD]).seal('private', place)
    expect(() => createSecrets([NEW]).open(old, place)).toThrow(
      /^a value in signing_keys\.private_key is sealed under secret key [0-9a-f]{16}, which is not configured$/,
    )
  })
})

describe('signatures of cookies', () => {
  const { cookieSigner } = createSecrets([NEW, OLD])
  const old = createSecrets([OLD]).cookieSigner

  test('are of one cookie and of the newest key', () => {
    const signature = cookieSigner.sign('session=a')
    expect(signature).toMatch(/^[\w-]{43}$/)
    expect(cookieSigner.verify('session=a', signature)).toBe(true)
    expect(cookieSigner.index('session=a', signature)).toBe(0)
    expect(cookieSigner.verify('session=b', signature)).toBe(false)
    expect(old.verify('session=a', signature)).toBe(false)
  })

  test('of an older key count until it is taken away', () => {
    const signature = old.sign('session=a')
    expect(cookieSigner.index('session=a', signature)).toBe(1)
    expect(createSecrets([NEW]).cookieSigner.index('session=a', signature)).toBe(-1)
  })

  test('that are cut short, empty or longer are none', () => {
    const signature = cookieSigner.sign('session=a')
    for (const wrong of ['', signature.slice(1), `${signature}A`, 'A'.repeat(43)]) {
      expect(cookieSigner.verify('session=a', wrong)).toBe(false)
    }
  })
})

test('compares texts and bytes of any length', () => {
  expect(constantTimeEqual('same', 'same')).toBe(true)
  expect(constantTimeEqual('same', Buffer.from('same'))).toBe(true)
  expect(constantTimeEqual('same', 'samf')).toBe(false)
  expect(constantTimeEqual('same', 'same and longer')).toBe(false)
  expect(constantTimeEqual('', 'x')).toBe(false)
})
