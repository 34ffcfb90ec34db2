import { expect, test } from 'vitest'
import { targetFault } from '../../src/webhooks/target.ts'

const inside = 'must not lead into a private network'
const plain = 'must be an https URL'

/** What may be registered: in production, in development, and where the configuration allows the host. */
test.each([
  // url                                        production  development  allowed
  ['https://hooks.example.com/in?a=b', null, null, null],
  ['https://8.8.8.8/', null, null, null],
  ['http://hooks.example.com/', plain, plain, plain],
  ['ftp://hooks.example.com/', plain, plain, plain],
  ['hooks.example.com', plain, plain, plain],
  ['https://ann:secret@hooks.example.com/', ...same('must not hold a user name or a password')],
  ['https://hooks.example.com/#part', ...same('must not have a fragment')],
  ['https://localhost/', inside, null, null],
  ['http://localhost:8080/', plain, null, plain],
  ['http://127.0.0.1/', plain, null, plain],
  ['https://127.1/', inside, null, null],
  ['https://2130706433/', inside, null, null],
  ['https://0x7f.0.0.1/', inside, null, null],
  ['https://[::1]/', inside, null, null],
  ['https://[::ffff:127.0.0.1]/', inside, inside, null],
  ['https://10.0.0.1/', inside, inside, null],
  ['https://169.254.169.254/latest/meta-data', inside, inside, null],
  ['https://[fd00::1]/', inside, inside, null],
  ['https://[fe80::1]/', inside, inside, null],
  ['https://0.0.0.0/', inside, inside, null],
  ['https://intranet/', inside, inside, null],
  ['https://db.internal/', inside, inside, null],
  ['https://db.internal./', inside, inside, null],
  ['https://printer.local/', inside, inside, null],
])('%s', (url, production, development, allowed) => {
  const hostname = URL.parse(url)?.hostname.replace(/^\[|\]$/g, '') ?? ''
  expect(targetFault(url, { allowedHosts: [], development: false })).toBe(production)
  expect(targetFault(url, { allowedHosts: [], development: true })).toBe(development)
  expect(targetFault(url, { allowedHosts: [hostname], development: false })).toBe(allowed)
})

function same(fault: string): [string, string, string] {
  return [fault, fault, fault]
}
