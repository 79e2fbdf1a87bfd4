// Stop strings: where a text that comes piece by piece ends. What could be the beginning of a stop string is held back until it is certain,
// so that nothing is passed on that would have to be taken back.

/** Length of the longest end of `text` that is a beginning of `stop`, the whole of `stop` excluded. */
function openEnd(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (stop.startsWith(text.slice(-length))) return length
  }
  return 0
}

export class StopStrings {
  #held = ''
  #stopped = false

  constructor(private readonly stops: readonly string[]) {}

  /** True once a stop string has come. */
  get stopped(): boolean {
    return this.#stopped
  }

  /** Takes the next piece; returns what is certain to stand before any stop string. Of several, the one that begins first counts. */
  push(piece: string): string {
    if (this.#stopped) return ''
    const text = this.#held + piece
    const found = this.stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0)
    this.#stopped = found.length > 0
    const open = this.#stopped ? 0 : Math.max(0, ...this.stops.map((stop) => openEnd(text, stop)))
    const certain = this.#stopped ? Math.min(...found) : text.length - open
    this.#held = this.#stopped ? '' : text.slice(certain)
    return text.slice(0, certain)
  }

  /** What was held back, when the text ends without a stop string. */
  end(): string {
    const rest = this.#held
    this.#held = ''
    return rest
  }
}
