// What a training looks like on screen: order of the list, chart groups, tiles, facts. Pure.
import {
  isCrosscoder,
  isTranscoder,
  judgeLatest,
  judgeSummary,
  LOSS_KEYS,
  outputSiteOf,
  type QualityProblem,
  SITE_FVU_KEYS,
  sparsityWord,
  type Template,
  TRAINING_METRICS,
  type Training,
  type TrainingEstimate,
  type TrainingMetricKey,
} from '@mistudio/contracts'
import type { Series } from '../../charts/prepare.js'
import type { Curve } from '../../data/index.js'
import { definition, judgeDead, type Tile } from '../../shared/sae-figures/tiles.js'
import { formatBytes, formatCount, formatNumber, formatPercent, formatValue, plural } from '../../ui/format.js'
import type { Tone } from '../../ui/tones.js'
import { lineOn, type XAxis } from './axis.js'
import { architectureLabel } from './words.js'

/** `TopK · k 32 · ×16 · 1,000 steps`. */
export const templateLine = ({ params }: Pick<Template, 'params'>): string =>
  `${architectureLabel(params.architecture)} · ${sparsityWord(params)} · ×${params.expansion} · ${formatNumber(params.steps)} steps · ${params.site}`

/** `a`, for a transcoder `a → b`, for a crosscoder `a + 2 sites`. */
const sitesText = (params: Training['params']): string => {
  if (isCrosscoder(params)) return `${params.site} + ${plural(params.moreSites.length, 'site')}`
  return isTranscoder(params) ? `${params.site} → ${outputSiteOf(params)}` : params.site
}

/** `TopK · blocks.2.hook_resid_post · 128 → 2,048 features · k 32`. */
export const trainingLine = ({ params, dIn, dSae }: Pick<Training, 'params' | 'dIn' | 'dSae'>): string =>
  `${architectureLabel(params.architecture)} · ${sitesText(params)} · ${formatNumber(dIn)} → ${formatNumber(dSae)} features · ${sparsityWord(params)}`

/** What is wrong with the SAE, by its final figures or those of the newest evaluation. */
export const problemsOf = (
  training: Pick<Training, 'summary' | 'latest' | 'dIn' | 'dSae'>,
): readonly QualityProblem[] =>
  training.summary ? judgeSummary(training.summary, training) : judgeLatest(training.latest, training)

export interface ChartGroup {
  readonly title: string
  readonly keys: readonly TrainingMetricKey[]
  readonly log: 'off' | 'offer' | 'initial'
  /** Not there for every architecture: shown once it has a value. */
  readonly optional?: true
}
export const CHARTS: readonly ChartGroup[] = [
  { title: 'Loss', keys: ['loss', 'mse', ...LOSS_KEYS], log: 'initial' },
  { title: 'Variance', keys: ['fvu', 'heldout_fvu', 'explained_variance'], log: 'offer' },
  { title: 'FVU per site, held out', keys: SITE_FVU_KEYS, log: 'offer', optional: true },
  { title: 'L0', keys: ['l0', 'l0_smooth', 'heldout_l0'], log: 'offer' },
  {
    title: 'L0 of tokens, held out',
    keys: ['heldout_l0_p5', 'heldout_l0_p25', 'heldout_l0_p50', 'heldout_l0_p75', 'heldout_l0_p95', 'heldout_l0_max'],
    log: 'offer',
  },
  { title: 'Sparsity coefficient', keys: ['coefficient'], log: 'offer', optional: true },
  { title: 'Dead features', keys: ['dead', 'resampled'], log: 'off' },
  { title: 'Dead and dense shares, held out', keys: ['heldout_dead_share', 'heldout_dense_share'], log: 'off' },
  { title: 'CE recovered', keys: ['ce_recovered', 'train_ce_recovered', 'ce_recovered_every_position'], log: 'off' },
  { title: 'KL', keys: ['kl', 'train_kl'], log: 'offer' },
  { title: 'Cross-entropy, held out', keys: ['ce_clean', 'ce_sae', 'ce_zero'], log: 'off' },
  {
    title: 'Spliced in at every position, as once measured',
    log: 'off',
    optional: true,
    keys: [
      'ce_clean_every_position',
      'ce_sae_every_position',
      'ce_zero_every_position',
      'kl_every_position',
      'train_ce_recovered_every_position',
      'train_kl_every_position',
    ],
  },
  {
    title: 'Cosine and norm ratio, held out',
    keys: ['heldout_cosine', 'heldout_shrinkage', 'heldout_reconstruction_bias'],
    log: 'off',
  },
  { title: 'L1, held out', keys: ['heldout_l1'], log: 'offer' },
  { title: 'Decoder norms', keys: ['decoder_norm_mean', 'decoder_norm_min', 'decoder_norm_max'], log: 'off' },
  { title: 'Cosine of the closest features', keys: ['decoder_cosine_mean', 'decoder_cosine_max'], log: 'off' },
  { title: 'Learning rate', keys: ['lr'], log: 'off' },
  { title: 'Gradient norm', keys: ['grad_norm'], log: 'offer' },
  { title: 'Speed', keys: ['tokens_per_second', 'harvest_tokens_per_second', 'step_tokens_per_second'], log: 'offer' },
  { title: 'Memory', keys: ['memory_mib'], log: 'off' },
  {
    title: 'What figures are taken over',
    keys: ['heldout_tokens', 'heldout_documents', 'decoder_cosine_features'],
    log: 'offer',
  },
]
const SERIES_COLORS = [
  '--series-emerald',
  '--series-blue',
  '--series-amber',
  '--series-purple',
  '--series-cyan',
  '--series-orange',
  '--series-indigo',
  '--series-red',
] as const
const DASHES = [undefined, [6, 3], [2, 3], [8, 3, 2, 3]] as const

/** Colour and dash of the n-th line of a chart; colours repeat with another dash. */
export const lineLook = (n: number): Pick<Series, 'color' | 'dash'> => {
  const dash = DASHES[(n + Math.floor(n / SERIES_COLORS.length)) % DASHES.length]
  return { color: SERIES_COLORS[n % SERIES_COLORS.length] ?? '--series-slate', ...(dash ? { dash } : {}) }
}

/** Series of one chart, with the contract's labels and units; a metric without values has none. Lines per site are called by the site. */
export const chartSeries = (
  group: ChartGroup,
  curves: Readonly<Record<string, Curve>>,
  axis: XAxis,
  sites: readonly string[] = [],
): Series[] =>
  group.keys.flatMap((key, index) => {
    const curve = curves[key]
    if (!curve) return []
    const { unit } = TRAINING_METRICS[key]
    const label = sites[SITE_FVU_KEYS.indexOf(key)] ?? TRAINING_METRICS[key].label
    return { key, label, unit, ...lineLook(index), ...lineOn(axis, curve) }
  })

/** Charts that have something to show, and the names of those that have not. */
export function chartsOf(curves: Readonly<Record<string, unknown>>): { drawn: ChartGroup[]; missing: string[] } {
  const has = ({ keys }: ChartGroup) => keys.some((key) => key in curves)
  const missing = CHARTS.filter((group) => !has(group) && !group.optional)
  return { drawn: CHARTS.filter(has), missing: missing.map(({ title }) => title) }
}

/** Newest values while it runs. A value that was not measured yet is a dash. */
export const liveTiles = ({ latest, dSae }: Pick<Training, 'latest' | 'dSae'>): Tile[] => {
  const dead = latest['dead']
  const judged = dead == null ? null : judgeDead(dead / dSae)
  return [
    { label: 'Loss', value: formatValue(latest['loss']), title: definition('loss'), tone: 'emerald' },
    { label: 'FVU', value: formatValue(latest['fvu']), title: definition('fvu') },
    { label: 'L0', value: formatValue(latest['l0']), title: definition('l0'), tone: 'blue' },
    {
      label: 'Dead',
      value: formatNumber(dead),
      title: definition('dead'),
      ...(judged && dead != null
        ? { tone: judged.tone, detail: `${judged.word}: ${formatPercent(dead / dSae)} of ${formatCount(dSae)}` }
        : {}),
    },
  ]
}

/** How much of the text so many epochs are: `10 % of the text`, `2.5 times the text`. */
export const ofTheText = (epochs: number): string => {
  if (epochs < 0.995) return `${formatPercent(epochs, 0)} of the text`
  return epochs < 1.005 ? 'the whole text once' : `${formatValue(epochs)} times the text`
}

/** Parts of the memory estimate with their share of what is free. */
export const memoryRows = ({
  memory,
}: Pick<TrainingEstimate, 'memory'>): { label: string; text: string; share: number }[] =>
  (
    [
      ['Model', memory.model],
      ['Activation buffer', memory.buffer],
      ['SAE weights', memory.weights],
      ['Optimiser', memory.optimiser],
      ['Batch', memory.batch],
    ] as const
  ).map(([label, bytes]) => ({ label, text: formatBytes(bytes), share: memory.free > 0 ? bytes / memory.free : 0 }))

/** Whether the estimate fits into free memory, with words. */
export const judgeMemory = ({ memory }: Pick<TrainingEstimate, 'memory'>): { tone: Tone; word: string } =>
  memory.total > memory.free
    ? { tone: 'red', word: 'does not fit' }
    : memory.total > memory.free * 0.8
      ? { tone: 'amber', word: 'fits tightly' }
      : { tone: 'emerald', word: 'fits' }
