// The tensors of a plan, and finding them in a weight file: names with and without prefix, missing and misshapen ones listed all at once.
import type { TensorSource } from '@mistudio/formats'
import { ModelError } from '../errors.js'
import type { LinearPlan, ModelPlan, NormPlan } from '../plan.js'
import type { TensorSpec } from '../spec.js'

const ofLinear = ({ weight, bias }: LinearPlan): TensorSpec[] => [weight.tensor, ...(bias ? [bias.tensor] : [])]
const ofNorm = (norm: NormPlan | 'shared' | null): TensorSpec[] =>
  norm === null || norm === 'shared' ? [] : [norm.weight, ...(norm.bias ? [norm.bias] : [])]

/** Every stored tensor that a model needs, each once. */
export function planTensors({ embedding, blocks, finalNorm, unembedding }: ModelPlan): readonly TensorSpec[] {
  const all = [
    embedding.tokens,
    ...(embedding.positions ? [embedding.positions.tensor] : []),
    ...blocks.flatMap(({ ln1, ln2, ln1Post, ln2Post, attention: { q, k, v, o, qkNorm }, mlp }) => [
      ...[ln1, ln1Post, ln2, ln2Post, qkNorm?.q ?? null, qkNorm?.k ?? null].flatMap(ofNorm),
      ...[q, k, v, o, ...(mlp.gate ? [mlp.gate] : []), mlp.input, mlp.output].flatMap(ofLinear),
    ]),
    ...ofNorm(finalNorm),
    ...ofLinear(unembedding.linear),
  ]
  return [...new Map(all.map((tensor) => [tensor.name, tensor])).values()]
}

export interface TensorProblem {
  readonly tensor: string
  readonly expected: readonly number[]
  /** null: not in the file. */
  readonly found: readonly number[] | null
}

export interface TensorCheck {
  readonly problems: readonly TensorProblem[]
  /** Tensors in the file that the architecture does not use and that are not known buffers. */
  readonly unused: readonly string[]
  /** Storage dtypes found among the used tensors, most elements first. */
  readonly dtypes: readonly string[]
  /** Full name in the file for each needed tensor that was found. */
  readonly fileNames: ReadonlyMap<string, string>
}

/** Saved with some models though they are no parameters: rotary frequencies and causal masks. */
const BUFFERS = /(\.rotary_emb\.inv_freq|\.attn\.(masked_)?bias|\.attention\.(attention\.)?(masked_)?bias)$/

/** Compares what a plan needs with what a file holds; never throws. */
export function checkTensors(plan: ModelPlan, source: TensorSource): TensorCheck {
  const present = new Set(source.names())
  const fileNames = new Map<string, string>()
  const problems: TensorProblem[] = []
  const elements = new Map<string, number>()
  for (const { name, shape } of planTensors(plan)) {
    const fileName = [...plan.prefixes.map((prefix) => prefix + name), name].find((candidate) => present.has(candidate))
    if (fileName === undefined) {
      problems.push({ tensor: name, expected: shape, found: null })
      continue
    }
    const info = source.info(fileName)
    if (info.shape.join() !== shape.join()) problems.push({ tensor: fileName, expected: shape, found: info.shape })
    fileNames.set(name, fileName)
    elements.set(info.dtype, (elements.get(info.dtype) ?? 0) + shape.reduce((product, dim) => product * dim, 1))
  }
  const used = new Set(fileNames.values())
  const unused = [...present].filter((name) => !used.has(name) && !BUFFERS.test(name))
  const dtypes = [...elements].sort((a, b) => b[1] - a[1]).map(([dtype]) => dtype)
  return { problems, unused, dtypes, fileNames }
}

const describe = ({ tensor, expected, found }: TensorProblem): string =>
  found
    ? `${tensor}: shape [${found.join(', ')}], expected [${expected.join(', ')}]`
    : `${tensor}: missing, expected [${expected.join(', ')}]`

/** @throws ModelError `model_invalid` listing every missing or misshapen tensor. */
export function requireTensors(plan: ModelPlan, source: TensorSource): TensorCheck {
  const check = checkTensors(plan, source)
  if (check.problems.length === 0) return check
  const shown = check.problems.slice(0, 20).map(describe)
  const more = check.problems.length > shown.length ? `; and ${check.problems.length - shown.length} more` : ''
  throw new ModelError('model_invalid', `The weights do not fit config.json: ${shown.join('; ')}${more}`, {
    problems: check.problems,
  })
}
