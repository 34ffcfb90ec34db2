import { expect, test } from 'vitest'
import { clientFingerprint } from '../../src/clients/fingerprint.ts'

const client = {
  name: 'Dashboard',
  redirectUris: ['https://a.example/cb', 'https://b.example/cb'],
  jwks: { keys: [{ kty: 'EC', kid: '1', x: 'x' }] },
  jwksUri: null,
}

test('a client whose addresses and key members stand in another order is the same', () => {
  const same = {
    ...client,
    redirectUris: client.redirectUris.toReversed(),
    jwks: { keys: [{ x: 'x', kid: '1', kty: 'EC' }] },
  }
  expect(clientFingerprint(same)).toEqual(clientFingerprint(client))
})

test.for([
  ['name', { name: 'Dashboard.' }],
  ['address', { redirectUris: ['https://a.example/cb'] }],
  ['key', { jwks: { keys: [{ kty: 'EC', kid: '2', x: 'x' }] } }],
  ['source of keys', { jwks: null, jwksUri: 'https://a.example/jwks' }],
] as const)('a changed %s is another client', ([, change]) => {
  expect(clientFingerprint({ ...client, ...change })).not.toEqual(clientFingerprint(client))
})

test('it fits the column that grants keep it in: 32 bytes', () => {
  expect(clientFingerprint(client)).toHaveLength(32)
})
