// `finetuning_scaling_factor` of SAELens before 6: decode((acts ∘ factor)). Multiplying the decoder's rows by it gives the same
// reconstructions, and a file that every version reads.
import type { TensorSource } from '@mistudio/formats'
import type { SaeCfg } from './config.js'
import { SaeError } from './errors.js'
import { readTensor } from './tensors.js'

/** Of the tensor: in memory, and as files had it first. */
const FACTOR_NAMES: readonly string[] = ['finetuning_scaling_factor', 'scaling_factor']
/** Architectures of those versions: their encoders do not look at the decoder. */
const FINE_TUNED = ['standard', 'gated', 'jumprelu', 'topk']
/** Closer to one than this is one (`torch.allclose`). */
const CLOSE = 1e-5

/** The SAE without the factor: folded into W_dec where cfg.json asks for it. @throws SaeError where file and configuration disagree. */
export async function withoutFactor(
  cfg: SaeCfg,
  source: TensorSource,
): Promise<{ readonly cfg: SaeCfg; readonly tensors: TensorSource }> {
  const { finetuning_scaling_factor: wanted, ...rest } = cfg
  const names = source.names().filter((name) => FACTOR_NAMES.includes(name))
  const factors = await Promise.all(names.map((name) => readTensor(source, name, [cfg.d_sae])))
  const factor = factors.find((values) => !isOne(values))
  if (factors.some((values) => !isOne(values) && values.some((value, j) => value !== factor![j]))) {
    throw new SaeError('sae_invalid', `The SAE file holds ${names.join(' and ')}, which are not the same.`)
  }
  if (wanted && names.length === 0) {
    throw new SaeError(
      'sae_invalid',
      `cfg.json says finetuning_scaling_factor: true, and the file has no such tensor. Save the SAE again with its factor, or set the field to false if it was never fine-tuned.`,
    )
  }
  if (!factor) return { cfg: rest, tensors: names.length > 0 ? new WithoutFactor(source, null) : source }
  if (!wanted) {
    throw new SaeError(
      'sae_unsupported',
      `The SAE file holds a ${names.join(' and a ')} other than one, and cfg.json does not say finetuning_scaling_factor: true. Set it to true if activations are to be multiplied by it before they are decoded; remove the tensor if not.`,
    )
  }
  const bound = rest['rescale_acts_by_decoder_norm'] === true
  if (bound || !FINE_TUNED.includes(cfg.architecture)) {
    const why = bound ? 'with rescale_acts_by_decoder_norm' : `of architecture ${cfg.architecture}`
    throw new SaeError('sae_unsupported', `finetuning_scaling_factor is not supported by SAEs ${why}.`)
  }
  return {
    cfg: { ...rest, metadata: { ...rest.metadata, finetuning_scaling_factor_folded: true } },
    tensors: new WithoutFactor(source, factor),
  }
}

const isOne = (values: Float32Array): boolean => values.every((value) => Math.abs(value - 1) <= CLOSE)

/** The tensors of a file but the factor; the rows of W_dec are multiplied by it where it is given. */
class WithoutFactor implements TensorSource {
  constructor(
    private readonly source: TensorSource,
    private readonly factor: Float32Array | null,
  ) {}

  names(): readonly string[] {
    return this.source.names().filter((name) => !FACTOR_NAMES.includes(name))
  }

  info(name: string): { readonly dtype: string; readonly shape: readonly number[] } {
    return this.factor && name === 'W_dec' ? { ...this.source.info(name), dtype: 'F32' } : this.source.info(name)
  }

  async float32(name: string): Promise<Float32Array> {
    const values = await this.source.float32(name)
    const { factor } = this
    if (!factor || name !== 'W_dec') return values
    const width = values.length / factor.length
    return values.map((value, at) => value * factor[Math.floor(at / width)]!)
  }
}
