/** What is read of the schemas that validate. */
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { displayName, isoTime, metadata, slug } from '../../src/http/api/wire.ts'
import { createSchemas } from '../../src/http/api/openapi/json-schema.ts'
import { operationIdOf } from '../../src/http/api/openapi/operation-id.ts'

const ofInput = (schema: z.ZodType) => createSchemas().ofInput(schema)
const ofOutput = (schema: z.ZodType) => createSchemas().ofOutput(schema)

describe('a schema', () => {
  test('refuses unknown fields of requests, and leaves room for new ones in answers', () => {
    const schema = z.strictObject({ name: z.string() })
    expect(ofInput(schema)).toMatchObject({ additionalProperties: false })
    expect(ofOutput(schema)).not.toHaveProperty('additionalProperties')
  })

  test('says what is sent where something else is made of it', () => {
    const list = z.array(z.string()).transform((names) => new Set(names))
    expect(ofInput(z.strictObject({ list, at: isoTime.transform((text) => new Date(text)) }))).toEqual({
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'string' } },
        at: { type: 'string', format: 'date-time', description: 'RFC 3339, in UTC.' },
      },
      required: ['list', 'at'],
      additionalProperties: false,
    })
  })

  test('of metadata is any object', () => {
    expect(ofInput(metadata)).toMatchObject({ type: 'object', additionalProperties: true })
  })

  test('that may be null says so in its type', () => {
    expect(ofOutput(z.string().max(7).nullable())).toEqual({ type: ['string', 'null'], maxLength: 7 })
    expect(ofOutput(z.enum(['a', 'b']).nullable())).toEqual({ type: ['string', 'null'], enum: ['a', 'b', null] })
    expect(ofOutput(z.literal(403).nullable())).toEqual({ anyOf: [{ type: 'number', const: 403 }, { type: 'null' }] })
  })

  test('has patterns that every language can read', () => {
    expect(ofInput(slug)).toHaveProperty('pattern')
    expect(ofInput(displayName)).toEqual({ type: 'string', minLength: 1, maxLength: 120 })
  })

  test('counts as far as counters go', () => {
    expect(ofOutput(z.int())).toEqual({ type: 'integer', format: 'int64' })
    expect(ofOutput(z.int().min(1).max(9))).toEqual({ type: 'integer', minimum: 1, maximum: 9 })
  })

  test('with a name is a component, by another name in requests', () => {
    const named = z.strictObject({ name: z.string() }).meta({ id: 'Thing' })
    const schemas = createSchemas()
    expect(schemas.ofOutput(z.array(named))).toEqual({ type: 'array', items: { $ref: '#/components/schemas/Thing' } })
    expect(schemas.ofInput(named)).toEqual({ $ref: '#/components/schemas/ThingInput' })
    expect(Object.keys(schemas.components)).toEqual(['Thing', 'ThingInput'])
  })

  test('can’t have the name of another one, hold itself without one, or be what JSON can’t say', () => {
    const schemas = createSchemas()
    schemas.ofOutput(z.strictObject({ name: z.string() }).meta({ id: 'Thing' }))
    const other = z.strictObject({ name: z.int() }).meta({ id: 'Thing' })
    expect(() => schemas.ofOutput(other)).toThrow('two schemas are called Thing')
    expect(() => schemas.ofOutput(z.strictObject({ json: z.json() }))).toThrow('needs a name')
    expect(() => schemas.ofOutput(z.custom<string>())).toThrow()
  })
})

test.for([
  ['GET', '/v1/keys', 'listKeys'],
  ['POST', '/v1/keys', 'createKey'],
  ['GET', '/v1/keys/:id', 'getKey'],
  ['PATCH', '/v1/keys/:id', 'updateKey'],
  ['DELETE', '/v1/keys/:id', 'deleteKey'],
  ['POST', '/v1/keys/:id/rotate', 'rotateKey'],
  ['POST', '/v1/keys/import', 'importKeys'],
  ['PUT', '/v1/policies/:name', 'putPolicy'],
  ['GET', '/v1/policies/:name', 'getPolicy'],
  ['POST', '/v1/users/:id/reset-password', 'resetUserPassword'],
  ['POST', '/v1/organizations/:id/service-accounts', 'createOrganizationServiceAccount'],
  ['GET', '/v1/organizations/:id/service-accounts/:service_account_id', 'getOrganizationServiceAccount'],
  ['POST', '/v1/signing-keys/rotate', 'rotateSigningKeys'],
  ['DELETE', '/v1/sessions', 'deleteSessions'],
  ['GET', '/v1/usage', 'getUsage'],
  ['POST', '/v1/apply', 'apply'],
  ['POST', '/v1/deliveries/:id/replay', 'replayDelivery'],
  ['GET', '/v1/audit-events', 'listAuditEvents'],
] as const)('%s %s is %s', ([method, path, name]) => {
  expect(operationIdOf({ method, path })).toBe(name)
})
