// Results side by side: which words differ from the unsteered text, tints that compare across columns, titles. Pure.
import type { Completion, Steering, SteeringVariant } from '@mistudio/contracts'
import { strengthText } from './words.js'

export interface Word {
  readonly text: string
  readonly changed: boolean
}
const words = (text: string): string[] => text.match(/\s+|[^\s]+/g) ?? []

/** Longest text the exact comparison is made for (words); it needs memory in proportion to its square. */
const MAX_WORDS = 3000

/** Words of `text` that are not in a longest common subsequence with `base`. White space is never marked. */
export const markChanged = (base: string, text: string): Word[] => {
  const a = words(base).slice(0, MAX_WORDS)
  const b = words(text).slice(0, MAX_WORDS)
  const width = b.length + 1
  const length = new Uint16Array((a.length + 1) * width)
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      length[i * width + j] =
        a[i] === b[j]
          ? (length[(i + 1) * width + j + 1] as number) + 1
          : Math.max(length[(i + 1) * width + j] as number, length[i * width + j + 1] as number)
  const marked: Word[] = []
  let i = 0
  let j = 0
  while (j < b.length) {
    const text = b[j] as string
    if (i < a.length && a[i] === text) {
      marked.push({ text, changed: false })
      i += 1
      j += 1
    } else if (i < a.length && (length[(i + 1) * width + j] as number) >= (length[i * width + j + 1] as number)) i += 1
    else {
      marked.push({ text, changed: text.trim() !== '' })
      j += 1
    }
  }
  return marked
}

/** Strongest activation of a feature over all columns, so that one tint means one value everywhere. */
export const sharedMax = (completions: readonly Completion[], feature: number): number =>
  Math.max(0, ...completions.flatMap((one) => one.activations[String(feature)] ?? []))

/** Background per token by how unlikely it was where it was written: none for the certain, strong for what the model hardly gave a chance. */
export const probabilityColors = ({ promptTokens, logprobs, tokens }: Completion): (string | undefined)[] =>
  tokens.map((_, index) => {
    const logprob = logprobs[index - promptTokens]
    if (logprob === undefined) return undefined
    return `rgb(245 158 11 / ${((1 - Math.exp(logprob)) * 0.6).toFixed(3)})`
  })

type SteeredFeature = SteeringVariant['features'][number]

/** `#12 +2.0× · #40 −1.0×`. */
export const variantTitle = (features: readonly SteeredFeature[]): string => {
  const [first] = features
  const alike = features.every((one) => one.strength === first?.strength && one.action === first.action)
  return first && alike && features.length > 2
    ? `all ${features.length} features ${strengthText(first.strength, first.action)}`
    : features.map((one) => `#${one.index} ${strengthText(one.strength, one.action)}`).join(' · ')
}

export const FINISH: Record<Completion['finish'], string> = {
  length: 'reached the token limit',
  eos: 'ended by itself',
  stop: 'reached a stop string',
  context: 'reached the end of the context',
  cancelled: 'stopped',
}

/** What an experiment did, in one line: `#12 +0.5×, +1.0×, +2.0× · #40 = 0.0×`. A strength that is the same in all columns is said once. */
export const editsLine = (variants: readonly SteeringVariant[]): string => {
  const byFeature = new Map<number, string[]>()
  for (const { features } of variants)
    for (const { index, strength, action } of features) {
      const said = byFeature.get(index) ?? []
      const text = strengthText(strength, action)
      byFeature.set(index, said.includes(text) ? said : [...said, text])
    }
  return [...byFeature].map(([index, said]) => `#${index} ${said.join(', ')}`).join(' · ')
}

/** First words of the text written with the strongest change; null before there is one. */
export const firstWords = ({ result }: Pick<Steering, 'result'>): string | null => {
  const steered = result?.completions.filter(({ variant }) => variant !== null) ?? []
  const furthest = steered.reduce<Completion | null>(
    (best, one) => (best === null || (one.kl ?? 0) > (best.kl ?? 0) ? one : best),
    null,
  )
  return furthest?.text.replace(/\s+/g, ' ').trim() || null
}
