import { expect, test } from 'vitest'
import { drawClientSecret } from '../../src/clients/issue-secret.ts'
import { verifySecret } from '../../src/clients/verify-secret.ts'
import { createSecrets } from '../../src/platform/secrets.ts'

const OLD = 'the first secret key of the tests, long enough'
const NEW = 'the second secret key of the tests, long enough'
const now = new Date('2026-08-01T12:00:00Z')
const clock = { now: () => now }
const secrets = createSecrets([OLD])

test('a drawn secret carries its prefix and 256 bits, and rests as a digest and a hint', () => {
  const { secret, resting } = drawClientSecret({ secrets, clock })
  expect(secret).toMatch(/^kgcs_[\w-]{43}$/)
  expect(resting.hint).toBe(secret.slice(-4))
  expect(JSON.stringify(resting)).not.toContain(secret.slice(5))
})

test('each of several live secrets is accepted, and nothing else', () => {
  const [first, second] = [drawClientSecret({ secrets, clock }), drawClientSecret({ secrets, clock })]
  const client = { secrets: [first.resting, second.resting] }
  expect(verifySecret(client, first.secret, { secrets, clock })).toBe(true)
  expect(verifySecret(client, second.secret, { secrets, clock })).toBe(true)
  expect(verifySecret(client, '', { secrets, clock })).toBe(false)
  expect(verifySecret(client, `${first.secret}x`, { secrets, clock })).toBe(false)
  expect(verifySecret(client, Buffer.from(first.resting.digest).toString('base64url'), { secrets, clock })).toBe(false)
})

test('a secret ends at its own end, while another one lives on', () => {
  const [ending, lasting] = [drawClientSecret({ secrets, clock }), drawClientSecret({ secrets, clock })]
  const client = { secrets: [lasting.resting, { ...ending.resting, expiresAt: now }] }
  expect(verifySecret(client, ending.secret, { secrets, clock })).toBe(false)
  expect(verifySecret(client, ending.secret, { secrets, clock: { now: () => new Date(now.getTime() - 1) } })).toBe(true)
  expect(verifySecret(client, lasting.secret, { secrets, clock })).toBe(true)
})

test('a secret from before a rotation of SECRET_KEY is accepted as long as that key is configured', () => {
  const { secret, resting } = drawClientSecret({ secrets, clock })
  const client = { secrets: [resting] }
  expect(verifySecret(client, secret, { secrets: createSecrets([NEW, OLD]), clock })).toBe(true)
  expect(verifySecret(client, secret, { secrets: createSecrets([NEW]), clock })).toBe(false)
})

test('a client without secrets accepts none', () => {
  expect(verifySecret({ secrets: [] }, '', { secrets, clock })).toBe(false)
})
