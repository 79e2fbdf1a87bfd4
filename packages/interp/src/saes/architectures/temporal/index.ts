// Temporal SAEs: only used.
import type { SaeKind } from '../kind.js'
import { use } from './use.js'

export const temporal: SaeKind = {
  name: 'temporal',
  use,
  decoderEncodes: 'too',
}
