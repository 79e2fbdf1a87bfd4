import { describe, expect, it } from 'vitest'
import { type StreamedRows, type TextDecoderOfTokens, TokenStream } from './token-stream.js'

/** Each token is a letter; 9 is the first half of a character that any next token completes. */
function decoder(): TextDecoderOfTokens {
  let half = false
  return {
    push(id) {
      const text = id === 9 ? '' : half ? `é${id}` : `${id}`
      half = id === 9
      return text
    },
    end: () => (half ? '?' : ''),
  }
}

function setUp() {
  const sent: StreamedRows[] = []
  const clock = { now: 0 }
  const stream = new TokenStream([decoder(), decoder()], (rows) => sent.push(rows), { now: () => clock.now })
  return { sent, clock, stream }
}

describe('token stream', () => {
  it('collects text between portions and says once that a row is done', () => {
    const { sent, clock, stream } = setUp()
    stream.push(0, 1)
    stream.flush()
    stream.push(0, 2)
    stream.push(1, 5)
    stream.end(1)
    stream.flush()
    expect(sent).toEqual([[{ row: 0, text: '1', done: false }]])
    clock.now = 60
    stream.flush()
    expect(sent[1]).toEqual([
      { row: 0, text: '2', done: false },
      { row: 1, text: '5', done: true },
    ])
    stream.end(0)
    stream.flush(true)
    stream.flush(true)
    expect(sent.slice(2)).toEqual([[{ row: 0, text: '', done: true }]])
  })

  it('holds back half a character until it is complete or the row ends', () => {
    const { sent, stream } = setUp()
    stream.push(0, 9)
    stream.push(1, 9)
    stream.end(1)
    stream.flush(true)
    stream.push(0, 3)
    stream.flush(true)
    expect(sent).toEqual([[{ row: 1, text: '?', done: true }], [{ row: 0, text: 'é3', done: false }]])
  })
})
