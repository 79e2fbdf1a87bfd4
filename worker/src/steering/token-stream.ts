// Streamed text of several rows: turns drawn tokens into new text per row, ends a row at a stop string, and passes text on in portions, so
// that a fast model does not flood the event log. Text is exact: a character made of several tokens appears when it is complete.
import type { SteeringTokensSchema } from '@mistudio/contracts'
import type { z } from 'zod'
import { StopStrings } from './stop-strings.js'

export type StreamedRows = z.infer<typeof SteeringTokensSchema>['rows']

/** Turns token ids into text piece by piece; `end` gives what is left of an incomplete character. */
export interface TextDecoderOfTokens {
  push(id: number): string
  end(): string
}

export interface StreamOptions {
  /** Texts that end a row; they are not passed on. */
  readonly stops?: readonly string[]
  readonly now?: () => number
}

const PORTION_MS = 50

interface Row {
  readonly decoder: TextDecoderOfTokens
  readonly stops: StopStrings
  /** All text so far, up to a stop string. */
  whole: string
  sent: number
  done: boolean
  told: boolean
}

export class TokenStream {
  readonly #rows: readonly Row[]
  readonly #now: () => number
  #last = Number.NEGATIVE_INFINITY

  constructor(
    decoders: readonly TextDecoderOfTokens[],
    private readonly send: (rows: StreamedRows) => void,
    { stops = [], now = () => performance.now() }: StreamOptions = {},
  ) {
    this.#now = now
    this.#rows = decoders.map((decoder) => {
      return { decoder, stops: new StopStrings(stops), whole: '', sent: 0, done: false, told: false }
    })
  }

  /** A row drew a token. True when its text has reached a stop string: the row is to end. */
  push(index: number, id: number): boolean {
    const row = this.#rows[index]!
    row.whole += row.stops.push(row.decoder.push(id))
    return row.stops.stopped
  }

  /** A row draws no more: what was held back is certain now. */
  end(index: number): void {
    const row = this.#rows[index]!
    if (row.done) return
    row.whole += row.stops.push(row.decoder.end())
    row.whole += row.stops.end()
    row.done = true
  }

  /** All text of a row so far; without the stop string that ended it. */
  text(index: number): string {
    return this.#rows[index]!.whole
  }

  /** Sends what is new if enough time has passed, or at once with `force`. */
  flush(force = false): void {
    const at = this.#now()
    if (!force && at - this.#last < PORTION_MS) return
    const news = this.#rows.flatMap(({ whole, sent, done, told }, row) =>
      whole.length > sent || (done && !told) ? [{ row, text: whole.slice(sent), done }] : [],
    )
    if (news.length === 0) return
    this.#last = at
    for (const { row } of news) {
      const state = this.#rows[row]!
      state.sent = state.whole.length
      state.told = state.done
    }
    this.send(news)
  }
}
