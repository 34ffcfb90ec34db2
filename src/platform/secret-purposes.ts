/**
 * The table of what secrets are for. Each purpose has a key of its own under its HKDF label.
 * A label is for ever: changing one makes everything that rests under it unfindable or unreadable.
 */

/** Random secrets that rest as a keyed digest, and values that are signed with one. */
export const digestLabels = {
  authorization_code: 'digest authorization-code',
  access_token: 'digest access-token',
  refresh_token: 'digest refresh-token',
  session: 'digest session',
  interaction: 'digest interaction',
  pushed_request: 'digest pushed-request',
  registration_token: 'digest registration-token',
  client_secret: 'digest client-secret',
  /** The hash that another system had of one. */
  imported_client_secret: 'digest imported-client-secret',
  api_key: 'digest api-key',
  /** What API keys of other systems are hashed as there, so that a hash is never good as a key. */
  imported_api_key: 'digest imported-api-key',
  /** Secrets of other systems that hashes were made with. */
  hash_key: 'digest hash-key',
  /** A caller's Idempotency-Key with whom it belongs to, and the body that came with it. */
  idempotency: 'digest idempotency',
  /** Assertion and proof ids that must not be seen twice. */
  replay: 'digest replay',
  /** The one-time token in a mailed or printed link: e-mail proof, password reset, invitation, first sign-in. */
  link: 'digest link',
  /** The cookie of a browser that has signed in before. */
  device: 'digest device',
  device_code: 'digest device-code',
  user_code: 'digest user-code',
  /** The anti-forgery token of one session and form. */
  csrf: 'digest csrf',
  /** Addresses and names that attempts are counted under. */
  throttle: 'digest throttle',
  /** Values of cookies other than the session's. */
  cookie: 'digest cookie',
  /** The rows of the audit trail, each with the one before; their end, and their segments. */
  audit: 'digest audit',
} as const satisfies Record<string, string>

export type DigestPurpose = keyof typeof digestLabels

/** Secrets that are made from another one, so that a repeated request gives the same answer. */
export const deriveLabels = {
  /** The refresh token that follows another: a retried refresh gets the same successor. */
  refresh_successor: 'derive refresh-successor',
} as const satisfies Record<string, string>

export type DerivePurpose = keyof typeof deriveLabels

/** Keys that callers use through a function of their own. */
export const innerLabels = {
  seal: 'seal aes-256-gcm',
  cookieSignature: 'sign cookies',
  keyId: 'key id',
} as const satisfies Record<string, string>
