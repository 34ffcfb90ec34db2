import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { joseSignature } from '../../src/oidc/signing-keys/jose-signature.ts'

test('every signature verifies in the form that JWS has, short numbers and long ones', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const lengths = new Set<number>()
  // In 4,000 signatures some thirty have a number that is a byte shorter, and half have a zero in front of one.
  for (let count = 0; count < 4_000; count++) {
    const data = Buffer.from(`signing input ${count}`)
    const der = sign('sha256', data, privateKey)
    lengths.add(der.length)
    const signature = joseSignature(der)
    expect(signature).toHaveLength(64)
    expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true)
  }
  expect(lengths.size).toBeGreaterThanOrEqual(4)
})

test('a number that begins with zeros is filled up with them', () => {
  const one = Buffer.from([0x30, 6, 2, 1, 1, 2, 1, 2])
  expect(joseSignature(one).toString('hex')).toBe(`${'0'.repeat(63)}1${'0'.repeat(63)}2`)
})
