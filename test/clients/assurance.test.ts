import { expect, test } from 'vitest'
import { isAssured } from '../../src/clients/assurance.ts'

const https = 'https://app.example.com/callback'
const loopback = 'http://127.0.0.1/callback'
const scheme = 'com.example.app:/callback'

test.for([
  ['administrator', 'client_secret_basic', [https], true],
  ['administrator', 'client_secret_basic', [loopback], true],
  ['administrator', 'private_key_jwt', [scheme], true],
  ['administrator', 'none', [https], true],
  ['administrator', 'none', [loopback], false],
  ['administrator', 'none', [scheme], false],
  ['administrator', 'none', [https, loopback], false],
  ['self_registered', 'client_secret_basic', [https], false],
  ['self_registered', 'none', [https], false],
] as const)(
  'a client of %s with %s at %s is assured: %s',
  ([origin, tokenEndpointAuthMethod, redirectUris, assured]) => {
    expect(isAssured({ origin, tokenEndpointAuthMethod, redirectUris })).toBe(assured)
  },
)
