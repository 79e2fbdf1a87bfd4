import { describe, expect, it } from 'vitest'
import { StopStrings } from './stop-strings.js'
import { type StreamedRows, TokenStream } from './token-stream.js'

/** What is passed on of pieces, piece by piece, and whether the text was stopped. */
function run(stops: readonly string[], pieces: readonly string[]) {
  const matcher = new StopStrings(stops)
  const parts: string[] = []
  for (const piece of pieces) if (!matcher.stopped) parts.push(matcher.push(piece))
  parts.push(matcher.end())
  return { parts, text: parts.join(''), stopped: matcher.stopped }
}

/** The definition: the text before the first place where any stop string stands. */
function cut(stops: readonly string[], text: string): string {
  const places = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0)
  return places.length > 0 ? text.slice(0, Math.min(...places)) : text
}

describe('stop strings', () => {
  it('cuts the text at a match across pieces and passes on nothing of it', () => {
    expect(run(['\nUser:'], ['Hi', ' there.\n', 'Us', 'er', ': more'])).toEqual({
      parts: ['Hi', ' there.', '', '', '', ''],
      text: 'Hi there.',
      stopped: true,
    })
  })

  it('lets go what only looked like the beginning of a stop string', () => {
    expect(run(['###'], ['a#', '#b', '##'])).toEqual({ parts: ['a', '##b', '', '##'], text: 'a##b##', stopped: false })
    expect(run([], ['a', 'b']).parts).toEqual(['a', 'b', ''])
  })

  it('gives the same for every way to cut a text into pieces, with overlapping stop strings', () => {
    const stops = ['aab', 'abaa', 'bb']
    for (let code = 0; code < 2 ** 9; code++) {
      const text = Array.from({ length: 9 }, (_, i) => ((code >> i) & 1 ? 'a' : 'b')).join('')
      for (const size of [1, 2, 3, 9]) {
        const pieces = text.match(new RegExp(`.{1,${size}}`, 'g')) ?? []
        const seen = run(stops, pieces)
        const whole = cut(stops, text)
        if (size === 1) expect(seen.text).toBe(whole.length < text.length ? earliestEnding(stops, text) : whole)
        else expect(text.startsWith(seen.text)).toBe(true)
        expect(stops.some((stop) => seen.text.includes(stop))).toBe(false)
      }
    }
  })
})

/** Text by text, the first that holds a stop string, cut before it: what a reader of single letters must see. */
function earliestEnding(stops: readonly string[], text: string): string {
  for (let end = 1; end <= text.length; end++) {
    const read = text.slice(0, end)
    if (cut(stops, read) !== read) return cut(stops, read)
  }
  return text
}

describe('token stream with stop strings', () => {
  it('ends each row for itself, at text that spans tokens, and keeps the text of the others', () => {
    const sent: StreamedRows[] = []
    const decoder = () => ({ push: (id: number) => String.fromCodePoint(id), end: () => '' })
    const stream = new TokenStream([decoder(), decoder()], (rows) => sent.push(rows), { stops: ['END'] })
    const write = (row: number, text: string) => [...text].map((letter) => stream.push(row, letter.codePointAt(0)!))
    expect(write(0, 'oENxEND')).toEqual([false, false, false, false, false, false, true])
    expect(write(1, 'two E')).toEqual([false, false, false, false, false])
    stream.end(0)
    stream.flush(true)
    stream.end(1)
    stream.flush(true)
    expect(sent).toEqual([
      [
        { row: 0, text: 'oENx', done: true },
        { row: 1, text: 'two ', done: false },
      ],
      [{ row: 1, text: 'E', done: true }],
    ])
    expect([stream.text(0), stream.text(1)]).toEqual(['oENx', 'two E'])
  })
})
