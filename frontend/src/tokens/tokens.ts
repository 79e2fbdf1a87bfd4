// Tokens as text with activations: the tint of each, the peak, one line around it. Pure. Texts are joined exactly as they are.
import type { Example, TokenSpan } from '@mistudio/contracts'

export interface TintedToken {
  /** Index in the example: chip, ring and tooltip all read this one. */
  readonly index: number
  readonly text: string
  readonly value: number
  /** Opacity of the tint, 0 to `MAX_ALPHA`. */
  readonly alpha: number
  readonly isPeak: boolean
}

/** More would leave white text on it with too little contrast. */
export const MAX_ALPHA = 0.55
/** Opacity from which the dark theme needs pure white text on the tint. */
export const STRONG_FROM = 0.45

/** Tints tokens by activation relative to `max`, one for all texts that are compared: the feature's own. */
export const tint = (
  tokens: readonly TokenSpan[],
  activations: readonly number[],
  max: number,
  peak: number | null,
): TintedToken[] =>
  tokens.map((token, index) => {
    const value = activations[index] ?? 0
    return {
      index,
      text: token.text,
      value,
      alpha: max > 0 && value > 0 ? Math.min(1, value / max) * MAX_ALPHA : 0,
      isPeak: index === peak,
    }
  })

export const tintExample = (example: Example, max: number): TintedToken[] =>
  tint(example.tokens, example.activations, max, example.peak)

/** Newlines as visible marks, for one line. */
export const onOneLine = (text: string): string => text.replace(/\r?\n/g, '⏎').replace(/\t/g, '⇥')

/** A token alone, for chips and logits: spaces and newlines visible. */
export const visibleToken = (text: string): string =>
  onOneLine(text).replace(/^ +| +$/g, (spaces) => '·'.repeat(spaces.length)) || '∅'

/** An activation with 3–4 decimals. */
export const activationText = (value: number): string => value.toFixed(value >= 1 ? 3 : 4)
