/** What somebody is told of a delivery that came to nothing. */
import { expect, test } from 'vitest'
import { catalogues, createTranslate } from '../../../src/http/messages.ts'
import { outcomeOf } from '../../../src/pages/desk/webhooks/words.ts'

test('an address that isn’t allowed is called so, and nothing is told of where its name led', () => {
  const { text } = outcomeOf({
    at: '',
    number: 1,
    duration_ms: 1,
    status: null,
    failure: 'refused_address',
    answer: '',
  })
  const t = createTranslate('en', catalogues.en, { constants: { platform: 'Northwind' }, escape: (one) => one })
  expect(typeof text === 'string' ? text : t(text.say)).toBe('The address is not allowed')
})
