// A kind of SAE as one value: how a trained one is used, how it is trained, what it is saved as, how normalisations and norms are folded
// into it, how it begins. One folder per architecture; the table is in table.ts. Nothing else asks for an architecture by its name.
import type { TrainingArchitecture } from '../training/architecture.js'
import type { AffineArchitecture, SaeArchitecture } from './architecture.js'

export interface SaeKind {
  /** As in SAELens's cfg.json. */
  readonly name: string
  /** Reading and using one; absent for what is saved as another kind. */
  readonly use?: SaeArchitecture
  /** What transcoders and crosscoders of its kind are built on, and how their names begin; absent where there are none. */
  readonly family?: { readonly prefix: string; readonly base: AffineArchitecture }
  /** Training one; absent for what is only used. */
  readonly train?: TrainingArchitecture
  /** Fields of a training's cfg.json that the saved one keeps beside those that all keep. */
  readonly savedFields?: readonly string[]
  /** Saved as this other kind, which computes the same. */
  readonly savedAs?: string
  /** The running threshold of its batches takes the place of the selection once saved. */
  readonly batchThreshold?: true
  /** Its trainings rank by activation × decoder norm unless their configuration says otherwise. */
  readonly ranksByNorm?: true
  /** It keeps the k largest of each token when used, so that scaling features one by one may change which. */
  readonly selects?: true
  /** Whether decoder rows encode: alone, or beside an encoder. Norms and whitening cannot be folded into them then. */
  readonly decoderEncodes?: 'alone' | 'too'
  /** Norm of every decoder row at the start, where it needs another one than the rest. */
  readonly decoderInitNorm?: number
}
