/** What is answered before the table of routes, as the description of the API tells it. */
import { z } from 'zod'
import type { BodilessAnswer, DescribedOperation } from '../http/api/openapi/described-operation.ts'
import { environment } from '../http/api/wire.ts'
import { checkCodes } from './codes.ts'
import { HIGHEST_COST } from './question.ts'
import { revocationsQuery } from './revocations/corridor.ts'
import { verifyBatchRequest, verifyRequest } from './verify.ts'
import { verifyAnswer, verifyBatchAnswer } from './verify-answer.ts'

export function corridorOperations(): DescribedOperation[] {
  return [...checks, ...verifies, revocations]
}

const identity = {
  'x-auth-subject': 'The person, service account or client that it acts for.',
  'x-auth-kind': '`api_key` or `access_token`.',
  'x-auth-key-id': 'The key’s id.',
  'x-auth-client-id': 'The client’s.',
  'x-auth-organization': 'The organization’s id.',
  'x-auth-external-id': 'The platform’s own id for whom it is.',
  'x-auth-scope': 'What it may do at this moment, separated by spaces.',
  'x-auth-tier': 'Its tier.',
  'x-auth-environment': '`live` or `test`.',
} as const

const limits = {
  'ratelimit-policy': 'The limits: `q` units in `w` seconds.',
  ratelimit: 'What is left (`r`), and the seconds until one more unit (`t`).',
} as const

const always = {
  'x-request-id': 'What the log knows this request by.',
  'cache-control': '`no-store`: a verdict belongs to one call.',
  'x-auth-code': 'The verdict.',
  'x-auth-status': 'The status before `on_limit`, `on_outage` and `mode` changed it.',
} as const

function answer(
  status: number,
  words: string,
  required: Readonly<Record<string, string>>,
  optional: Readonly<Record<string, string>>,
): BodilessAnswer {
  const codes = Object.entries(checkCodes).flatMap(([code, own]) => (own === status ? [`\`${code}\``] : []))
  const told = (headers: Readonly<Record<string, string>>, isRequired: boolean) =>
    Object.entries(headers).map(([name, description]) => [name, { description, required: isRequired }] as const)
  return {
    status,
    description: `${words} \`x-auth-code\`: ${codes.join(', ')}.`,
    headers: Object.fromEntries([...told({ ...always, ...required }, true), ...told(optional, false)]),
  }
}

const challenge = { 'www-authenticate': 'What is wrong, and where it says how to get a token (RFC 9728).' }
const wait = { 'retry-after': 'Seconds to wait.' }

/** Where a gateway chose another status for a limit or an outage, 403 has what those have. */
const answers: readonly BodilessAnswer[] = [
  answer(200, 'It may pass. What isn’t there is `-`; other than visible ASCII is percent-encoded.', identity, {
    ...limits,
    // With mode=observe, any verdict is a 200.
    ...challenge,
    ...wait,
  }),
  answer(
    401,
    'There is no credential that could be accepted, or the gateway’s question makes no sense.',
    challenge,
    {},
  ),
  answer(403, 'This credential may not do this.', {}, { ...challenge, ...limits, ...wait }),
  answer(429, 'Over a limit.', { ...wait, ...limits }, {}),
  answer(503, 'The truth can’t be known at the moment.', wait, {}),
]

const shared = {
  method: 'GET',
  access: 'any-credential',
  charge: false,
  answer: { status: 200, body: null },
  bodiless: answers,
} as const

const checks: readonly DescribedOperation[] = [
  {
    ...shared,
    path: '/v1/check',
    operation: 'check',
    summary: 'Ask whether the credential of this request may pass',
    description:
      'For gateways. Any method is answered alike, and no body is read. The question is the query, which the gateway writes itself; what isn’t one of these, comes twice or is out of range is answered 401 with `bad_request`. The credential that is checked is charged.',
    query: z.strictObject({
      scope: z.string().optional().describe('Scopes, separated by spaces; all of them are needed.'),
      resource: z
        .string()
        .min(1)
        .optional()
        .describe('The identifier of the resource that it is used at; unless said, the default one.'),
      environment: environment.default('live').describe('Of the key; an access token is in neither.'),
      cost: z.coerce.number().int().min(1).max(HIGHEST_COST).default(1).describe('Units to charge.'),
      on_limit: z.enum(['403', '429']).default('429').describe('The status of a call over a limit.'),
      on_outage: z.enum(['403', '503']).default('503').describe('The status while the truth can’t be known.'),
      mode: z
        .enum(['enforce', 'observe'])
        .default('enforce')
        .describe('`observe` answers 200 to everything, with the verdict in `x-auth-code`.'),
    }),
  },
  {
    ...shared,
    path: '/v1/check/@:policy/:path',
    operation: 'checkByPolicy',
    summary: 'Ask by a stored policy whether the credential of this request may pass',
    description:
      'For gateways. What is asked comes from the policy and its routes alone, matched by the method and the path of the call: those of this request, or `X-Forwarded-Method` and `X-Forwarded-Uri` of a trusted gateway. The query and every other header are ignored. The credential that is checked is charged.',
    params: z.strictObject({
      policy: z.string().describe('The name of the policy, which is its resource’s.'),
      path: z.string().describe('The path of the call, with its slashes as they are.'),
    }),
  },
]

const verifies: readonly DescribedOperation[] = [
  {
    method: 'POST',
    path: '/v1/keys/verify',
    operation: 'verify',
    summary: 'Ask whether somebody else’s credential is valid for a call',
    description:
      'What the credential is refused for is an answer, too: 200 with `valid: false`. A credential that the caller doesn’t reach is answered like one that isn’t there. The credential that is verified is charged.',
    access: 'keys:verify',
    charge: false,
    body: verifyRequest,
    answer: { status: 200, body: verifyAnswer },
  },
  {
    method: 'POST',
    path: '/v1/keys/verify-batch',
    operation: 'verifyBatch',
    summary: 'Ask the same about up to a hundred credentials',
    description: 'Each is decided and charged by itself.',
    access: 'keys:verify',
    charge: false,
    body: verifyBatchRequest,
    answer: { status: 200, body: verifyBatchAnswer },
  },
]

const revocations: DescribedOperation = {
  method: 'GET',
  path: '/v1/revocations',
  operation: 'listenToRevocations',
  summary: 'Listen to what is revoked or changed, as it happens',
  description:
    'Server-sent events that never end: `ready` with `since`, `heartbeat` every few hundred milliseconds, and what has changed, by kind and digest; `reset` says that the cursor is too old to go on from.',
  access: 'keys:verify',
  charge: false,
  query: revocationsQuery,
  headers: {
    'Last-Event-ID': 'What an EventSource sends by itself where a connection broke; it goes before `cursor`.',
  },
  answer: { status: 200, body: null },
  content: { type: 'text/event-stream', description: 'Server-sent events (HTML Living Standard, 9.2).' },
}
