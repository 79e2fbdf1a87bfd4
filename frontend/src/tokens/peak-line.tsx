// One line of text around its peak. Peaks of lines in a column stand under each other; both ends are cut at words.
import { cutAtWords, fitAroundPeak } from './cut.js'
import { TokenText } from './token-text.js'
import type { TintedToken } from './tokens.js'

interface Props {
  tokens: readonly TintedToken[]
  /** Characters that the line has room for; 0 while that is not measured. */
  characters: number
  /** Text goes on beyond the tokens. */
  goesOn?: { readonly before: boolean; readonly after: boolean }
}

/** Characters kept free for the mark of a cut. */
const MARK = 2

const Mark = () => (
  <span className="shrink-0 font-mono text-[13px] text-muted" aria-hidden>
    …
  </span>
)

export function PeakLine({ tokens, characters, goesOn = { before: false, after: false } }: Props) {
  const peakText = tokens.find((token) => token.isPeak)?.text ?? ''
  const side = Math.floor((characters - peakText.length) / 2) - MARK
  const { before, peak, after } = fitAroundPeak(cutAtWords(tokens, goesOn).tokens, {
    before: Math.max(0, side),
    after: Math.max(0, side),
  })
  return (
    <span className="grid grid-cols-[minmax(0,1fr)_auto_minmax(0,1fr)] items-center leading-7">
      <span className="flex justify-end overflow-hidden">
        {(before.cutBefore || goesOn.before) && <Mark />}
        <TokenText line tokens={before.tokens} />
      </span>
      <TokenText line tokens={peak ? [peak] : []} className="px-px" />
      <span className="flex overflow-hidden">
        <TokenText line tokens={after.tokens} />
        {(after.cutAfter || goesOn.after) && <Mark />}
      </span>
    </span>
  )
}
