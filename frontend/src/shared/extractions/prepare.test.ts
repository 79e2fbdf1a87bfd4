// Guards: the form's limits are the contract's, and what is missing is named rightly.
import { ExtractionParamsSchema, type Sae, type Tokenization } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { defaultParams, FIELDS, MAIN_KEYS, MORE_KEYS, missingFor, numberError, tokenizationsFor } from './prepare.js'

const sae = { id: 's', modelId: 'm' } as Sae
const tokens = (modelId: string, status: Tokenization['status'] = 'ready') => ({ modelId, status }) as Tokenization

it('has a field for every number of the contract and shows each once', () => {
  const numbers = Object.keys(ExtractionParamsSchema.shape).filter(
    (key) => !['excludeBos', 'sampling', 'text'].includes(key),
  )
  expect(Object.keys(FIELDS).sort()).toEqual(numbers.sort())
  expect([...MAIN_KEYS, ...MORE_KEYS].sort()).toEqual(numbers.sort())
})
it('judges numbers by the contract', () => {
  expect(numberError('tokens', defaultParams().tokens)).toBeNull()
  expect(numberError('tokens', 255)).toBe('Between 256 and 10,000,000,000.')
  expect(numberError('quantiles', 2.5)).toBe('Type a whole number.')
  expect(numberError('seed', null)).toBe('Type a number.')
})
it('offers only ready tokenizations of the same model and names what is missing', () => {
  expect(tokenizationsFor(sae, [tokens('m'), tokens('other'), tokens('m', 'running')])).toHaveLength(1)
  expect(missingFor([], [])?.text).toBe('an SAE')
  expect(missingFor([sae], [tokens('other')])?.to).toBe('/datasets')
  expect(missingFor([sae], [tokens('m')])).toBeNull()
})
