// Tokens as people read them: exact text, tinted by activation. Shared by the rooms that show text.
export { cutAtWords } from './cut.js'
export { ActivationLegend } from './legend.js'
export { PeakLine } from './peak-line.js'
export { type ReadableToken, ReadableTokens } from './readable-tokens.js'
export { TokenText } from './token-text.js'
export {
  activationText,
  type TintedToken,
  tint,
  tintExample,
  visibleToken,
} from './tokens.js'
export { useCharacters } from './use-characters.js'
