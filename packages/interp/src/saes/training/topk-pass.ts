// The pass that all top-k architectures share: rescaling by decoder norms, a selection, nested reconstructions (one but for
// matryoshka), and the auxiliary loss that revives dead features (Gao et al. 2024, as SAELens computes it).
import { z } from 'zod'
import { SaeError } from '../errors.js'
import type { Gradients, Parameters, Pass, TrainableSae, TrainingBatch } from './architecture.js'
import type { TrainingCfg } from './cfg.js'
import { addColumnSums, addOuter, dot, squareSum } from './math/linear.js'
import { markLargest } from './math/selection.js'
import * as pieces from './pieces.js'

export const TopkFieldsSchema = z.looseObject({
  /** Activations per token; fractional for the batch variants. */
  k: z.number().positive(),
  rescale_acts_by_decoder_norm: z.boolean().default(true),
  aux_loss_coefficient: z.number().min(0).default(1),
})

/** What tells one top-k architecture from another. */
export interface TopkVariant {
  /** Marks the kept entries of the (rescaled) pre-activations [tokens, d_sae]. */
  select(pre: Float64Array, tokens: number): Uint8Array
  /** Keeps the sign of chosen entries and ranks dead features by magnitude. */
  readonly signed: boolean
  /** Ends of the nested prefixes, ascending; the last is d_sae. */
  readonly widths: readonly number[]
  /** One auxiliary loss per prefix, over the dead features it adds. */
  readonly auxPerWidth: boolean
  readonly thresholdRate: number | null
}

/** Columns [from, to) of the dictionary. */
interface Block {
  readonly from: number
  readonly to: number
}

interface AuxTerm {
  /** Pre-activations of the chosen dead features, before rescaling, [tokens, d_sae]. */
  readonly code: Float64Array
  readonly residual: Float64Array
  readonly loss: number
  readonly dDecoded: Float64Array
}

export function topkSae(
  cfg: TrainingCfg,
  fields: z.infer<typeof TopkFieldsSchema>,
  variant: TopkVariant,
): TrainableSae {
  const layout = pieces.layoutOf(cfg)
  const parameters = { ...pieces.matrixShapes(layout), b_enc: [layout.dSae] }
  if (fields.aux_loss_coefficient > 0 && ['layer_norm', 'constant_norm_rescale'].includes(layout.normalisation)) {
    throw new SaeError(
      'training_invalid',
      `The auxiliary loss of dead features is not defined under ${layout.normalisation}. Set aux_loss_coefficient to 0 or choose another normalisation.`,
      { field: 'aux_loss_coefficient' },
    )
  }
  if (fields.k > layout.dSae) {
    throw new SaeError('training_invalid', `k is ${fields.k}, but there are ${layout.dSae} features. Lower k.`, {
      field: 'k',
    })
  }
  return {
    cfg,
    parameters,
    coefficients: {},
    thresholdRate: variant.thresholdRate,
    prepare() {},
    pass: (p, batch) => new TopkPass(layout, parameters, fields, variant, p, batch),
  }
}

class TopkPass implements Pass {
  readonly hiddenPre: Float64Array
  readonly acts: Float64Array
  readonly out: Float64Array
  readonly losses: Readonly<Record<string, number>>
  readonly held: readonly Float64Array[]
  /** What the decoder multiplies: activations divided by the norm, which is the chosen pre-activation before rescaling. */
  private readonly code: Float64Array
  private readonly input: pieces.EncoderInput
  private readonly errors: readonly pieces.SquaredError[]
  private readonly aux: readonly AuxTerm[]

  constructor(
    private readonly layout: pieces.Layout,
    private readonly shapes: Readonly<Record<string, readonly number[]>>,
    private readonly fields: z.infer<typeof TopkFieldsSchema>,
    private readonly variant: TopkVariant,
    private readonly p: Parameters,
    private readonly batch: TrainingBatch,
  ) {
    const { tokens } = batch
    const { dSae } = layout
    this.input = pieces.encoderInput(layout, p, batch)
    const pre = pieces.encode(layout, p, this.input.h, pieces.parameter(p, 'b_enc'), tokens)
    const norms = fields.rescale_acts_by_decoder_norm
      ? pieces.decoderNorms(layout, pieces.parameter(p, 'W_dec'))
      : new Float64Array(dSae).fill(1)
    this.hiddenPre = pre.map((value, at) => value * norms[at % dSae]!)
    const keep = variant.select(this.hiddenPre, tokens)
    const active = (at: number) => keep[at] === 1 && (variant.signed || pre[at]! > 0)
    this.code = pre.map((value, at) => (active(at) ? value : 0))
    this.acts = this.hiddenPre.map((value, at) => (active(at) ? value : 0))
    this.errors = this.reconstructions()
    this.out = this.errors.at(-1)!.out
    const blocks = variant.auxPerWidth ? this.blocks() : [{ from: 0, to: dSae }]
    this.aux = blocks.flatMap((block, n) => this.auxTerm(pre, block, n) ?? [])
    this.held = this.aux.map(({ residual }) => residual)
    this.losses = this.lossTerms()
  }

  private blocks(): Block[] {
    return this.variant.widths.map((to, n) => ({ from: n > 0 ? this.variant.widths[n - 1]! : 0, to }))
  }

  /** Squared error of each prefix of the dictionary, shortest first. */
  private reconstructions(): pieces.SquaredError[] {
    const { layout, batch } = this
    const wDec = pieces.parameter(this.p, 'W_dec')
    const decoded = pieces.decode(layout, this.p, new Float64Array(this.code.length), batch)
    return this.blocks().map((block) => {
      this.eachIn(this.code, block, (at, t, j) => {
        for (let i = 0; i < layout.dOut; i++)
          decoded[t * layout.dOut + i]! += this.code[at]! * wDec[j * layout.dOut + i]!
      })
      return pieces.squaredError(layout, decoded.slice(), batch, this.input)
    })
  }

  /** c · s · E ‖(chosen dead pre-activations) W_dec − residual‖², or null when nothing in the block is dead. */
  private auxTerm(pre: Float64Array, { from, to }: Block, n: number): AuxTerm | null {
    const { layout, batch, variant } = this
    const { dSae, dOut } = layout
    const width = Math.floor(layout.dIn / 2)
    const count = batch.dead.subarray(from, to).reduce((sum, dead) => sum + dead, 0)
    if (count === 0 || width === 0) return null
    const rank = variant.signed ? this.hiddenPre.map(Math.abs) : this.hiddenPre
    const keep = new Uint8Array(pre.length)
    for (let t = 0; t < batch.tokens; t++) {
      const first = t * dSae
      markLargest(keep, rank, first + from, first + to, Math.min(width, count), (at) => batch.dead[at - first] === 1)
    }
    const code = pre.map((value, at) => (keep[at] ? value : 0))
    // A single auxiliary loss explains what the whole dictionary leaves, one per prefix what that prefix leaves.
    const error = (variant.auxPerWidth ? this.errors[n]! : this.errors.at(-1)!).error
    const residual = batch.held?.[n] ?? error.map((value) => -value)
    const difference = residual.map((value) => -value)
    const wDec = pieces.parameter(this.p, 'W_dec')
    this.eachIn(code, { from, to }, (at, t, j) => {
      for (let i = 0; i < dOut; i++) difference[t * dOut + i]! += code[at]! * wDec[j * dOut + i]!
    })
    const weight = (this.fields.aux_loss_coefficient * Math.min(count / width, 1)) / batch.tokens
    return {
      code,
      residual,
      loss: weight * squareSum(difference),
      dDecoded: difference.map((value) => 2 * weight * value),
    }
  }

  private lossTerms(): Record<string, number> {
    const terms: Record<string, number> = {
      mse_loss: this.errors.at(-1)!.loss,
      auxiliary_reconstruction_loss: this.aux.reduce((sum, { loss }) => sum + loss, 0),
    }
    this.variant.widths.slice(0, -1).forEach((width, n) => {
      terms[`inner_mse_loss_${width}`] = this.errors[n]!.loss
    })
    return terms
  }

  /**
   * Rescaling multiplies pre-activations by the norm n and divides decoder rows by it, so what is decoded does not depend on n: no
   * gradient flows through n, although it decides what is chosen.
   */
  gradients(): Gradients {
    const { layout, batch, p } = this
    const { tokens } = batch
    const g = pieces.zeroGradients(this.shapes)
    const dPre = new Float64Array(this.code.length)
    const through = new Float64Array(tokens * layout.dOut)
    // A feature takes part in its own prefix and all longer ones: walk from the longest, summing.
    for (const [n, block] of [...this.blocks().entries()].reverse()) {
      const { dDecoded } = this.errors[n]!
      addColumnSums(pieces.gradient(g, 'b_dec'), dDecoded, tokens)
      if (layout.skip) addOuter(pieces.gradient(g, 'W_skip'), dDecoded, batch.x, tokens)
      for (let i = 0; i < through.length; i++) through[i]! += dDecoded[i]!
      this.addCodeGradients(g, dPre, this.code, through, block)
    }
    for (const { code, dDecoded } of this.aux)
      this.addCodeGradients(g, dPre, code, dDecoded, { from: 0, to: layout.dSae })
    addColumnSums(pieces.gradient(g, 'b_enc'), dPre, tokens)
    pieces.addEncoderGradients(layout, p, g, this.input.h, dPre, tokens)
    return g
  }

  private addCodeGradients(
    g: Gradients,
    dPre: Float64Array,
    code: Float64Array,
    dDecoded: Float64Array,
    block: Block,
  ): void {
    const { dOut } = this.layout
    const wDec = pieces.parameter(this.p, 'W_dec')
    const into = pieces.gradient(g, 'W_dec')
    this.eachIn(code, block, (at, t, j) => {
      const d = dDecoded.subarray(t * dOut, (t + 1) * dOut)
      dPre[at]! += dot(d, wDec.subarray(j * dOut, (j + 1) * dOut))
      for (let i = 0; i < dOut; i++) into[j * dOut + i]! += code[at]! * d[i]!
    })
  }

  /** Calls `visit` for every entry of [tokens, d_sae] that is not 0 and whose feature is in the block. */
  private eachIn(code: Float64Array, { from, to }: Block, visit: (at: number, token: number, j: number) => void): void {
    const { dSae } = this.layout
    for (let t = 0; t < this.batch.tokens; t++) {
      for (let j = from; j < to; j++) if (code[t * dSae + j] !== 0) visit(t * dSae + j, t, j)
    }
  }
}
