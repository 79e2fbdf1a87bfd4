import { expect, it } from 'vitest'
import { GuessThrottle } from './guess-throttle.js'

const wrong = async () => null
const right = async () => 'me'

it('refuses an address after its wrong tries until the minute is over', async () => {
  let now = 0
  const throttle = new GuessThrottle(2, () => now)
  for (const guess of ['a', 'b']) expect(await throttle.look('here', guess, wrong)).toBeNull()
  await expect(throttle.look('here', 'c', right)).rejects.toMatchObject({
    code: 'rate_limited',
    details: { retryAfter: 60 },
  })
  expect(await throttle.look('there', 'c', wrong)).toBeNull()
  now = 60_001
  expect(await throttle.look('here', 'c', right)).toBe('me')
})

it('looks at a secret that was right before whatever others guess, and forgets it once it is wrong', async () => {
  const throttle = new GuessThrottle(1, () => 0)
  expect(await throttle.look('here', 'good', right)).toBe('me')
  await throttle.look('here', 'bad', wrong)
  expect(await throttle.look('here', 'good', right)).toBe('me')
  expect(await throttle.look('here', 'good', wrong)).toBeNull()
  expect(await throttle.look('here', 'good', right)).toBeNull()
})

it('does not take the same wrong secret for a guess each time', async () => {
  const throttle = new GuessThrottle(2, () => 0)
  for (let again = 0; again < 50; again += 1) expect(await throttle.look('here', 'old session', wrong)).toBeNull()
  expect(await throttle.look('here', 'new key', right)).toBe('me')
})
