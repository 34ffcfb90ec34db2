/** English: limits, what is wrong with a request, and what is wrong with us. */
import type { Words } from '../words.ts'

export const requests = {
  rate_limited: {
    title: 'Over a limit',
    meaning:
      'The key, or its organization, has used what its tier allows. Refused requests are not charged, so waiting is enough. `violated-policies` names the limit: `hour` counts any 60 minutes, `burst` what comes at once.',
    causes: [
      'A loop without a pause, or many workers with one key.',
      'The same thing is asked again and again, where an answer could be kept.',
      'The traffic has grown, and the tier has not.',
      'Too many unknown keys came from your network. That is counted apart, and then no limit is named.',
    ],
    steps: [
      'Wait for as many seconds as `Retry-After` says, then try again: longer after each failure, with a random part. [Here is how](/docs/troubleshooting#status-429).',
      'Read `RateLimit` in every answer, and slow down before it reaches zero.',
      'Keep answers that don’t change; ask for many things at once where the API can do it.',
      'If that isn’t enough, take a larger tier: [limits and upgrading](/docs/troubleshooting#limits).',
    ],
  },
  too_many_requests: {
    title: 'Too many requests',
    meaning:
      'Too much of one kind, apart from any tier: tries of a password, mails that were asked for, invitations, or new API keys.',
    causes: [
      'More new API keys within an hour than one organization may make.',
      'Many people behind one address, of whom one is guessing passwords.',
    ],
    steps: [
      'Wait for as many seconds as `Retry-After` says.',
      'Keep a key and rotate it, in place of making one for each run.',
    ],
  },
  key_limit_reached: {
    title: 'The organization has as many API keys as it may have',
    meaning: 'An organization may have a certain number of live keys, 1,000 unless the platform says otherwise.',
    causes: ['A program makes a key for each run and never revokes it.', 'Keys of old projects are still alive.'],
    steps: [
      'List the keys and revoke those that nobody uses: `GET /v1/keys` shows `last_used_at`.',
      'Rotate keys in place of making new ones: a rotated key counts once.',
    ],
  },
  bad_request: {
    title: 'The request is malformed',
    meaning:
      'Something in the request can’t be understood. `errors` names every fault at once, each with its place. At check, where a gateway asks, it is a 401: a gateway that is set up wrongly lets nobody through.',
    causes: [
      'A field is mistyped or unknown. We refuse unknown ones, so that a typing error doesn’t pass in silence.',
      'A value is of the wrong kind: a number as text, a time without its zone.',
      'Two credentials were sent at once, or a parameter came twice.',
      'At check: a `cost` outside 1 to 10,000, or above the size of the burst.',
    ],
    steps: [
      'Mend what `errors` names: `path` points to the place in the body, or names the parameter.',
      'Send the credential once, in one header.',
      'Don’t repeat the same request unchanged: the answer will be the same.',
    ],
  },
  not_found: {
    title: 'Not found',
    meaning:
      'With 404: there is nothing here, or it isn’t yours; we answer both alike, so that nobody can find out what others have. With 401: the credential is well-formed, but it is none of this server’s.',
    causes: [
      'The address or the id is mistyped.',
      'The thing belongs to another organization than the key.',
      'With 401: the key is of another installation, production’s in place of staging’s; or it was deleted with its organization.',
    ],
    steps: [
      'Compare the path with the reference, and the id with what a list of the same kind shows.',
      'See which organization the key belongs to: `GET /v1/keys/self`.',
      'With 401: check which server the address leads to, and which key that server’s settings hold.',
    ],
  },
  method_not_allowed: {
    title: 'Method not allowed',
    meaning: 'This address exists, but not for this method. The header `Allow` lists those that it knows.',
    causes: ['`POST` in place of `PATCH`, or the other way round.', 'A redirect turned a `POST` into a `GET`.'],
    steps: [
      'Take a method of those in `Allow`.',
      'Call the final address, without a slash too many, so that nothing redirects.',
    ],
  },
  conflict: {
    title: 'It contradicts what is there',
    meaning: 'The request is fine by itself, but not beside what exists already. `detail` says with what it collides.',
    causes: [
      'A name or `external_id` that must be unique is taken.',
      'The thing is in a state in which this can’t be done: a revoked key can’t be rotated.',
      'Something else still depends on what is to be deleted.',
    ],
    steps: ['Look at what is there, and change that one.', 'Or take another name.'],
  },
  idempotency_key_in_use: {
    title: 'The first request with this Idempotency-Key is still running',
    meaning: 'The same request was sent twice, and the first one isn’t answered yet. Nothing was done twice.',
    causes: ['A retry came faster than the answer.', 'Two workers have the same job.'],
    steps: [
      'Wait for as many seconds as `Retry-After` says, and send the same request again: you get the first one’s answer.',
    ],
  },
  idempotency_key_reused: {
    title: 'This Idempotency-Key came with another request',
    meaning:
      'Within the last 24 hours this `Idempotency-Key` was used with another body. We can’t tell which of the two you mean.',
    causes: [
      'The key is fixed in the program, in place of being made for each request.',
      'A retry changed the body, by a timestamp in it for example.',
    ],
    steps: [
      'Make a new `Idempotency-Key` for each new request; a UUID will do.',
      'When you retry, send the very same body.',
    ],
  },
  payload_too_large: {
    title: 'The request body is too large',
    meaning: 'The body is longer than this address takes: 64 KiB, or 2 MiB for imports.',
    causes: [
      'A file or a whole list was sent where one thing is asked for.',
      '`metadata` is used to keep documents; it takes 16 KiB.',
    ],
    steps: [
      'Send less at once: several requests, or pages of an import.',
      'Keep large things elsewhere and put their address into `metadata`.',
    ],
  },
  unsupported_media_type: {
    title: 'Unsupported media type',
    meaning:
      'The body came as something else than JSON. `/v1` takes `Content-Type: application/json`; `/oauth2` takes forms.',
    causes: [
      '`curl -d` says that it sends a form unless it is told otherwise.',
      'The HTTP library was given text and guessed.',
    ],
    steps: ['Add `-H "Content-Type: application/json"`.', 'Use the library’s own way to send JSON.'],
  },
  internal_error: {
    title: 'Something went wrong here',
    meaning: 'A fault of ours. Your request may be fine. It is in our log, under the `request_id` of the answer.',
    causes: ['A mistake in this server, or something that it depends on behaves as nobody foresaw.'],
    steps: [
      'Try again in a moment. Send creating requests with an `Idempotency-Key`, so that nothing is made twice.',
      'If it stays, write to us with the `request_id`.',
    ],
  },
  unavailable: {
    title: 'Unavailable for the moment',
    meaning:
      'At this moment we can’t know the truth: the database is away, or this server hasn’t heard of changes for some seconds. It says nothing about your key; we never answer an outage with 401.',
    causes: ['The database or the network between is interrupted.', 'The server is starting or ending.'],
    steps: [
      'Try again after as many seconds as `Retry-After` says, longer each time, with a random part.',
      'Keep the key: nothing is wrong with it.',
      'If it lasts for minutes, write to us.',
    ],
  },
  valid: {
    title: 'It may pass',
    meaning:
      'No error: the credential is good for what was asked. Check and verify answer so, in `code` and in `x-auth-code`.',
    causes: [],
    steps: [
      'Let the request through.',
      'Behind `/v1/check`, your API finds in `x-auth-subject`, `x-auth-organization` and their like who calls. Every 200 sets all of them, so a forged one from outside is overwritten.',
      'Where a policy is only observed, or a status was asked to be another, `x-auth-status` is what would have been answered.',
    ],
  },
} as const satisfies Partial<Words['errors']>
