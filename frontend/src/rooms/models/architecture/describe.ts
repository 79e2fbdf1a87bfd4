// What the boxes of the diagram say. Pure.
import type { ModelAttention, ModelBlock, ModelMlp, ModelNorm } from '@mistudio/contracts'
import { formatNumber, formatValue } from '../../../ui/format.js'

const ACTIVATIONS: Readonly<Record<string, string>> = {
  silu: 'SiLU',
  gelu: 'GELU (erf)',
  gelu_tanh: 'GELU (tanh)',
  relu: 'ReLU',
}

const activationName = (activation: string): string => ACTIVATIONS[activation] ?? activation

export const normName = ({ kind }: ModelNorm): string => (kind === 'rms' ? 'RMSNorm' : 'LayerNorm')

export const normLine = ({ eps, offset, bias }: ModelNorm): string =>
  [`ε ${eps.toExponential()}`, offset === 1 && '× (1 + w)', bias && 'bias'].filter(Boolean).join(', ')

/** Which tokens a query sees. */
const attentionReach = ({ window }: ModelAttention): string =>
  window === null ? 'sees all earlier tokens' : `sliding window, ${formatNumber(window)} tokens`

function headsLine({ heads, kvHeads, headDim }: ModelAttention): string {
  const shared = kvHeads === heads ? '' : kvHeads === 1 ? ', 1 key/value head' : `, ${kvHeads} key/value heads`
  return `${heads} heads × ${headDim}${shared}`
}

function rotaryLine({ rotary, headDim }: ModelAttention): string {
  if (rotary === null) return 'no rotary embedding'
  const part = rotary.width === headDim ? '' : `, ${rotary.width} of ${headDim} dimensions`
  return `rope ${rotary.rope}${part}${rotary.pairs === 'neighbours' ? ', neighbouring pairs' : ''}`
}

/** Characters that fit into a line of the attention and MLP boxes. */
const LINE = 56

/** Words in lines of at most LINE characters. */
function wrapped(text: string): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + word.length < LINE) lines[lines.length - 1] = `${last} ${word}`
    else lines.push(word)
  }
  return lines
}

/** Lines of the attention box, most important first. */
export function attentionLines(attention: ModelAttention): string[] {
  const { scale, headDim, softcap, qkNorm, bias } = attention
  const usual = Math.abs(scale * Math.sqrt(headDim) - 1) < 1e-6
  const extras = [
    qkNorm && `q and k normalised per ${qkNorm === 'head' ? 'head' : 'projection'}`,
    softcap !== null && `scores capped at ±${formatValue(softcap)}`,
    !usual && (scale === 1 ? 'scores not scaled' : `scores × ${formatValue(scale)}`),
    (bias.qkv || bias.output) &&
      `bias on ${[bias.qkv && 'q, k, v', bias.output && 'output'].filter(Boolean).join(' and ')}`,
  ].filter((line) => typeof line === 'string')
  const lines = [headsLine(attention), attentionReach(attention), rotaryLine(attention)]
  return [...lines, ...(extras.length > 0 ? [extras.join(' · ')] : [])].flatMap(wrapped)
}

export const mlpLines = ({ dMlp, activation, gated, bias }: ModelMlp): string[] =>
  wrapped(
    [`${formatNumber(dMlp)} wide`, `${activationName(activation)}${gated ? ', gated' : ''}`, bias && 'bias']
      .filter(Boolean)
      .join(' · '),
  )

/** One line for a folded block. */
export const blockLine = ({ attention, mlp, parallel }: ModelBlock): string =>
  [
    `${attention.heads} heads`,
    attention.window === null ? 'full attention' : `window ${formatNumber(attention.window)}`,
    attention.rotary && `rope ${attention.rotary.rope}`,
    `${activationName(mlp.activation)}${mlp.gated ? ', gated' : ''}`,
    parallel ? 'parallel' : 'serial',
  ]
    .filter(Boolean)
    .join(' · ')
