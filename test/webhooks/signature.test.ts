import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { readSecret, secretText, signedHeaders } from '../../src/webhooks/signature.ts'

const body = JSON.stringify({ type: 'api_key.expiring', timestamp: '2026-01-31T12:00:00.000Z', data: { name: 'Zoë' } })
const message = { id: 'evt_1', at: new Date(), body }

test('is what the standard’s own library verifies, with the new secret and with the old', () => {
  const [next, old, other] = [randomBytes(32), randomBytes(24), randomBytes(32)]
  const headers = signedHeaders(message, [next, old])
  for (const secret of [next, old]) {
    expect(new Webhook(secretText(secret)).verify(body, headers)).toEqual(JSON.parse(body))
  }
  expect(() => new Webhook(secretText(other)).verify(body, headers)).toThrow()
  expect(() => new Webhook(secretText(next)).verify(body.replace('Zoë', 'Zoe'), headers)).toThrow()
})

test('a secret is read as it was written, and nothing else is one', () => {
  const secret = randomBytes(32)
  expect(readSecret(secretText(secret))).toEqual(secret)
  const wrong = ['', 'whsec_', secretText(secret).slice(6), secretText(randomBytes(23)), secretText(randomBytes(65))]
  for (const text of [...wrong, `${secretText(secret)}!`]) expect([text, readSecret(text)]).toEqual([text, null])
})
