// Finding a model's tensors in a weight file: names with and without prefix, missing and misshapen ones listed all at once.
import type { TensorSource } from '@mistudio/formats'
import { ModelError } from './errors.js'
import type { TensorSpec } from './spec.js'

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
const BUFFERS = /(\.rotary_emb\.inv_freq|\.attn\.(masked_)?bias|\.attention\.(masked_)?bias)$/
const PREFIX = 'model.'

/** Compares what an architecture needs with what a file holds; never throws. */
export function checkTensors(expected: readonly TensorSpec[], source: TensorSource): TensorCheck {
  const present = new Set(source.names())
  const fileNames = new Map<string, string>()
  const problems: TensorProblem[] = []
  const elements = new Map<string, number>()
  for (const { name, shape } of expected) {
    const fileName = [`${PREFIX}${name}`, name].find((candidate) => present.has(candidate))
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
export function requireTensors(expected: readonly TensorSpec[], source: TensorSource): TensorCheck {
  const check = checkTensors(expected, source)
  if (check.problems.length === 0) return check
  const shown = check.problems.slice(0, 20).map(describe)
  const more = check.problems.length > shown.length ? `; and ${check.problems.length - shown.length} more` : ''
  throw new ModelError('model_invalid', `The weights do not fit config.json: ${shown.join('; ')}${more}`, {
    problems: check.problems,
  })
}
