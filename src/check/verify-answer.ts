/** What verify answers, in wire names. The schema describes it; answers aren't held against it as they go out, which would take longer than the decision. */
import { z } from 'zod'
import { timeOut } from '../http/api/wire.ts'
import { checkCodes, type CheckCode } from './codes.ts'

const codes = Object.keys(checkCodes) as [CheckCode, ...CheckCode[]]

export const verifyAnswer = z
  .strictObject({
    valid: z.boolean().describe('Whether it may pass.'),
    code: z.enum(codes).describe('Why, in the words of checks and problems.'),
    kind: z.enum(['api_key', 'access_token']).nullable(),
    subject: z.string().nullable().describe('The person, service account or client that it acts for.'),
    key_id: z.string().optional(),
    client_id: z.string().optional(),
    organization_id: z.string().nullable(),
    external_id: z.string().nullable().describe('The platform’s own id for whom it is.'),
    scopes: z.array(z.string()).readonly().describe('What it may do at this moment.'),
    missing_scopes: z.array(z.string()).readonly().optional().describe('With insufficient_scope.'),
    retry_after: z.int().optional().describe('With rate_limited: seconds to wait; never too few.'),
    tier: z.string().nullable(),
    environment: z.enum(['live', 'test', '-']).nullable().describe('`-` for an access token.'),
    limits: z
      .array(
        z.strictObject({
          policy: z.string(),
          limit: z.int(),
          remaining: z.int(),
          reset_in: z.int().min(0).describe('Seconds until one more unit.'),
          window: z.int().optional().describe('With depends_on: the seconds that the limit is for.'),
          counter: z
            .string()
            .optional()
            .describe('With depends_on: the same for all credentials that are counted together.'),
        }),
      )
      .readonly()
      .describe('Unlimited ones are left out.'),
    expires_at: timeOut.nullable(),
    depends_on: z
      .array(z.string())
      .readonly()
      .optional()
      .describe('Only if it was asked for: digests, as the revocation feed names what changed.'),
    address_bound: z
      .boolean()
      .optional()
      .describe('With depends_on: the key has a list of addresses, so this answer is for the asked one alone.'),
    metadata: z.unknown().optional().describe('Of the key; only if it was asked for.'),
  })
  .meta({ id: 'Verification' })

export type VerifyAnswer = Readonly<z.output<typeof verifyAnswer>>

export const verifyBatchAnswer = z.strictObject({
  results: z.array(verifyAnswer).describe('In the order of the requests.'),
})
