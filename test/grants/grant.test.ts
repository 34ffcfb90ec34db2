/** What a new answer makes of what was allowed before. */
import { expect, test } from 'vitest'
import { merge, type Answer } from '../../src/grants/grant.ts'

const nothing: Answer = {
  oidcScopes: [],
  refusedOidcScopes: [],
  claims: [],
  refusedClaims: [],
  resourceScopes: {},
  refusedResourceScopes: {},
}
const answer = (parts: Partial<Answer>): Answer => ({ ...nothing, ...parts })

test('the first answer is what it says', () => {
  const first = answer({ oidcScopes: ['openid'], refusedOidcScopes: ['email'], resourceScopes: { a: ['a:read'] } })
  expect(merge(null, first)).toEqual(first)
})

test('what was not asked about this time stays as it was', () => {
  const before = answer({ oidcScopes: ['openid', 'email'], claims: ['name'], resourceScopes: { a: ['a:read'] } })
  expect(merge(before, answer({ oidcScopes: ['openid'], resourceScopes: { b: ['b:read'] } }))).toEqual({
    ...before,
    resourceScopes: { a: ['a:read'], b: ['b:read'] },
  })
})

test('the newest word on each thing counts: nothing is both allowed and refused', () => {
  const before = answer({
    oidcScopes: ['openid', 'email'],
    refusedOidcScopes: ['profile'],
    resourceScopes: { a: ['a:read', 'a:write'] },
    refusedResourceScopes: { a: ['a:audit'] },
  })
  const later = answer({
    oidcScopes: ['openid', 'profile'],
    refusedOidcScopes: ['email'],
    resourceScopes: { a: ['a:audit'] },
    refusedResourceScopes: { a: ['a:write'] },
  })
  expect(merge(before, later)).toEqual(
    answer({
      oidcScopes: ['openid', 'profile'],
      refusedOidcScopes: ['email'],
      resourceScopes: { a: ['a:read', 'a:audit'] },
      refusedResourceScopes: { a: ['a:write'] },
    }),
  )
})

test('the same answer twice changes nothing', () => {
  const one = answer({ oidcScopes: ['openid'], refusedClaims: ['email'], refusedResourceScopes: { a: ['a:write'] } })
  expect(merge(merge(null, one), one)).toEqual(one)
})
