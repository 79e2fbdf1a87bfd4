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

it('counts guesses that come at once like guesses one by one', async () => {
  const throttle = new GuessThrottle(2, () => 0)
  const guesses = Array.from({ length: 50 }, (_, guess) => throttle.look('here', `guess ${guess}`, wrong))
  const outcomes = await Promise.allSettled(guesses)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
})

it('takes one secret that a page sends many times at once for one', async () => {
  const throttle = new GuessThrottle(1, () => 0)
  const asks = Array.from({ length: 50 }, () => throttle.look('here', 'good', right))
  expect(new Set(await Promise.all(asks))).toEqual(new Set(['me']))
})

it.each([
  ['2001:db8:1:2::1', '2001:db8:1:2:ffff::9', 'the network that one host of IPv6 is given'],
  ['2001:DB8:1:2:0:0:0:1', '2001:db8:1:2::1', 'one address written twice'],
  ['::ffff:192.0.2.7', '192.0.2.7', 'an address of IPv4 that comes by IPv6'],
  ['::ffff:c000:207', '192.0.2.7', 'the same in hexadecimal'],
  ['fe80::1%eth0', 'fe80::2%eth0', 'a local address with its interface'],
])('takes %s and %s for one guesser: %s', async (one, other) => {
  const throttle = new GuessThrottle(1, () => 0)
  await throttle.look(one, 'a', wrong)
  await expect(throttle.look(other, 'b', right)).rejects.toMatchObject({ code: 'rate_limited' })
})

it.each([
  ['2001:db8:1:2::1', '2001:db8:1:3::1'],
  ['192.0.2.7', '192.0.2.8'],
  ['::ffff:192.0.2.7', '::ffff:192.0.2.8'],
])('tells %s and %s apart', async (one, other) => {
  const throttle = new GuessThrottle(1, () => 0)
  await throttle.look(one, 'a', wrong)
  expect(await throttle.look(other, 'b', right)).toBe('me')
})
