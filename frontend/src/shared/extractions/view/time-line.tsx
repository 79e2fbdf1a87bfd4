// How long the extraction of a form will take, and how much it reads.
import {
  defaultText,
  type Sae,
  type TextChoice,
  type Tokenization,
  type TrainedOn,
  tokensAvailable,
} from '@mistudio/contracts'
import { usePage } from '../../../data/index.js'
import { formatNumber } from '../../../ui/index.js'
import { estimateLine, estimateTime } from '../estimate.js'

/** Finished extractions among which one like it is looked for, the newest first. */
const EARLIER = 100

interface Props {
  readonly sae: Sae
  readonly tokenization: Tokenization
  readonly known: TrainedOn
  readonly text: TextChoice | undefined
  /** Tokens to read as typed. */
  readonly tokens: number | null
}

export function TimeLine({ sae, tokenization, known, text, tokens }: Props) {
  const earlier = usePage('listExtractions', { ready: 'true', limit: EARLIER })
  if (tokens === null || !earlier.data) return null
  const read = Math.min(tokens, tokensAvailable(text ?? defaultText(known), tokenization))
  const estimate = estimateTime(
    { saeId: sae.id, modelId: sae.modelId, dSae: sae.dSae, tokens: read },
    earlier.data.items,
  )
  return (
    <p className="rounded-lg bg-tile px-3 py-2 text-sm text-body tabular-nums" role="status">
      Reads {formatNumber(read)} tokens. {estimateLine(estimate)}
    </p>
  )
}
