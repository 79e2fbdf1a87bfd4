// The stored expected values of one model (golden.safetensors), with the shapes that golden.json promises. Reads, compares nothing.
import type { TensorSource } from '@mistudio/formats'
import { type Intervention, ModelError, type RunnableModel, type TokenBatch } from '../models/index.js'
import type { ValidRows } from './check.js'
import type { GoldenInfo } from './golden-info.js'

export class GoldenCase {
  private constructor(
    readonly info: GoldenInfo,
    private readonly source: TensorSource,
    /** The batch that the values belong to. */
    readonly input: TokenBatch & { readonly tokens: Int32Array },
  ) {}

  /** @throws ModelError `model_invalid` when tensors and description disagree. */
  static async open(info: GoldenInfo, source: TensorSource): Promise<GoldenCase> {
    const [batch, seq] = source.info('input_ids').shape
    if (batch !== info.valid_lengths.length || seq === undefined || Math.max(...info.valid_lengths) > seq) {
      const lengths = info.valid_lengths.join(', ')
      throw new ModelError(
        'model_invalid',
        `Expected values: input_ids of shape [${source.info('input_ids').shape.join(', ')}] do not fit valid lengths ${lengths}.`,
      )
    }
    const tokens = Int32Array.from(await source.float32('input_ids'))
    return new GoldenCase(info, source, { tokens, batch, seq })
  }

  /** Stored values [batch, seq, width], width in as many axes as it was stored with. @throws ModelError `model_invalid` for another shape. */
  values(name: string, width: number): Promise<Float32Array> {
    const { batch, seq } = this.input
    return this.shaped(name, [batch, seq, width])
  }

  /** Stored next-token losses [batch, seq - 1] in nats. @throws ModelError `model_invalid` for another shape. */
  losses(): Promise<Float32Array> {
    const { batch, seq } = this.input
    return this.shaped('next_token_loss', [batch, seq - 1])
  }

  private shaped(name: string, expected: readonly number[]): Promise<Float32Array> {
    const { shape } = this.source.info(name)
    const [batch, seq, ...rest] = shape
    const flat = [batch, seq, ...(rest.length > 0 ? [rest.reduce((product, dim) => product * dim, 1)] : [])]
    if (flat.join() === expected.join()) return this.source.float32(name)
    throw new ModelError(
      'model_invalid',
      `Expected values: ${name} has the shape [${shape.join(', ')}], the model gives [${expected.join(', ')}]. They belong to another model.`,
    )
  }

  /** The rows of a tensor [batch, seq, width] that may be compared. */
  rows(width: number): ValidRows {
    return { seq: this.input.seq, width, valid: this.info.valid_lengths }
  }

  /** The same for losses [batch, seq - 1]: a prediction needs a valid target. */
  get lossRows(): ValidRows {
    return { seq: this.input.seq - 1, width: 1, valid: this.info.valid_lengths.map((length) => length - 1) }
  }

  /** Ids of prompt and greedy continuation. */
  async greedyIds(): Promise<Int32Array> {
    return Int32Array.from(await this.source.float32('greedy_ids'))
  }

  /** The edits whose logits are stored, by tensor name. */
  async edits(): Promise<ReadonlyMap<string, Intervention>> {
    const { hook: site, scale, patch_from } = this.info.edit
    const value = (await this.source.float32('v')).map((entry) => scale * entry)
    const { batch, seq } = this.input
    const mask = Uint8Array.from({ length: batch * seq }, (_, i) => Number(i % seq >= patch_from))
    return new Map<string, Intervention>([
      ['steered_logits', { site, kind: 'add', value }],
      ['zero_ablated_logits', { site, kind: 'replace', value: new Float32Array(value.length) }],
      ['patched_logits', { site, kind: 'patch', value, mask }],
    ])
  }

  /** @throws ModelError `model_invalid` when the values were made with a model of other sizes. */
  requireFits({ spec }: RunnableModel): void {
    const { n_layers, d_model, vocab } = this.info
    if (spec.layers === n_layers && spec.dModel === d_model && spec.vocabSize === vocab) return
    throw new ModelError(
      'model_invalid',
      `The expected values belong to a model of ${n_layers} layers, width ${d_model} and ${vocab} tokens; this one has ` +
        `${spec.layers}, ${spec.dModel} and ${spec.vocabSize}. Remove golden.json and golden.safetensors, or put the right ones there.`,
    )
  }
}
