// Streamed text of several rows: turns drawn tokens into new text per row and passes it on in portions, so that a fast model does not
// flood the event log. Text is exact: a character made of several tokens appears when it is complete.

import type { SteeringTokensSchema } from '@mistudio/contracts'
import type { z } from 'zod'

export type StreamedRows = z.infer<typeof SteeringTokensSchema>['rows']

/** Turns token ids into text piece by piece; `end` gives what is left of an incomplete character. */
export interface TextDecoderOfTokens {
  push(id: number): string
  end(): string
}

const PORTION_MS = 50

interface Row {
  readonly decoder: TextDecoderOfTokens
  text: string
  done: boolean
  told: boolean
}

export class TokenStream {
  private readonly rows: readonly Row[]
  private last = Number.NEGATIVE_INFINITY

  constructor(
    decoders: readonly TextDecoderOfTokens[],
    private readonly send: (rows: StreamedRows) => void,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.rows = decoders.map((decoder) => ({ decoder, text: '', done: false, told: false }))
  }

  /** A row drew a token (null: it ended without one). */
  push(index: number, id: number | null, done: boolean): void {
    const row = this.rows[index]!
    if (id !== null) row.text += row.decoder.push(id)
    if (done) row.text += row.decoder.end()
    row.done = done
  }

  /** Sends what is new if enough time has passed, or at once with `force`. */
  flush(force = false): void {
    const at = this.now()
    if (!force && at - this.last < PORTION_MS) return
    const news = this.rows.flatMap(({ text, done, told }, row) =>
      text !== '' || (done && !told) ? [{ row, text, done }] : [],
    )
    if (news.length === 0) return
    this.last = at
    for (const { row } of news) {
      const state = this.rows[row]!
      state.text = ''
      state.told = state.done
    }
    this.send(news)
  }
}
