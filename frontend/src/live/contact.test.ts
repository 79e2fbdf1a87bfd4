// Guards: an open socket to a process that hangs is not called live.
import { expect, it } from 'vitest'
import { noteNoAnswer, noteSocket, touch, useLiveStatus } from './contact.js'

const status = () => useLiveStatus.getState().status

it('is live only while the server answers, whatever the socket says', () => {
  noteSocket(true)
  expect(status()).toBe('live')
  noteNoAnswer()
  expect(status()).toBe('offline')
  noteSocket(true)
  expect(status()).toBe('offline')
  touch()
  expect(status()).toBe('live')
  noteSocket(false)
  expect(status()).toBe('catching-up')
})
