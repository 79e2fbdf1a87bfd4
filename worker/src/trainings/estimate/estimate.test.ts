import { describe, expect, it } from 'vitest'
import { memoryWarning } from './estimate.js'

const MEMORY = { model: 800, buffer: 50, weights: 50, optimiser: 50, batch: 50, total: 1000 }
const modelBytes = (precision: string) => (precision === 'int8' ? 300 : 200)

describe('advice of a training that does not fit', () => {
  it('names the precisions of the model that would make it fit', () => {
    expect(memoryWarning(MEMORY, 500, modelBytes)).toMatch(/or load the model in int8 or int4 on its page\.$/)
    expect(memoryWarning(MEMORY, 499, modelBytes)).toMatch(/or load the model in int4 on its page\.$/)
    expect(memoryWarning(MEMORY, 399, modelBytes)).toMatch(/smaller buffer, batch or expansion\.$/)
  })
})
