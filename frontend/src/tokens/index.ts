// Tokens as people read them: exact text, tinted by activation. Shared by the rooms that show text.
export { type ReadableToken, ReadableTokens } from './readable-tokens.js'
export { TokenText } from './token-text.js'
export {
  activationText,
  aroundPeak,
  MAX_ALPHA,
  onOneLine,
  type TintedToken,
  tint,
  tintExample,
  visibleToken,
} from './tokens.js'
