// The model card of an SAE: README.md as the hub shows it. Pure; it says only what is known, and how each figure was measured.
import {
  CHECK_FIGURES,
  type FigureEstimate,
  INTERVAL_TEXT,
  judgeKnown,
  opensInSaeLens,
  SAE_FIGURES,
  type Sae,
  type SaeCheck,
  type SaeFigure,
  type SaeShape,
} from '@mistudio/contracts'

export interface CardTraining {
  /** Options of the form, as they were used. */
  readonly params: unknown
  readonly datasetName: string
}

/** The card; `shape` is its cfg.json, `training` what it was trained with here. */
export function modelCard(sae: Sae, shape: SaeShape, training: CardTraining | null): string {
  const parts = [
    frontMatter(sae),
    `# ${oneLine(sae.name)}`,
    `A sparse autoencoder on \`${sae.site}\`${sae.siteOut ? ` reconstructing \`${sae.siteOut}\`` : ''} of ${oneLine(sae.modelName)}: ${sae.dIn} values to ${sae.dSae} features.`,
    '## What it is',
    table([
      ['Model', oneLine(sae.modelName)],
      ['Site', `\`${sae.site}\``],
      ...(sae.siteOut ? [['Reconstructs', `\`${sae.siteOut}\``] as const] : []),
      ['Architecture', sae.architecture],
      ['d_in × d_sae', `${sae.dIn} × ${sae.dSae}`],
      ...(sae.k === null ? [] : [['k', String(sae.k)] as const]),
      ['Subtracts b_dec from the input', shape.apply_b_dec_to_input ? 'yes' : 'no'],
      ['Normalisation at run time', shape.normalize_activations],
      ...(sae.contextSize === null ? [] : [['Context', `${sae.contextSize} tokens`] as const]),
      ...originRows(sae, training),
    ]),
    ...warnings(sae),
    ...(sae.summary ? [trainingFigures(sae.summary)] : []),
    ...(sae.check ? [checkFigures(sae.check)] : []),
    usage(sae.architecture),
    ...(training ? [trainingOptions(training.params)] : []),
  ]
  return `${parts.join('\n\n')}\n`
}

function frontMatter({ architecture, origin, modelName }: Sae): string {
  const tags = ['sparse-autoencoder', 'sae', 'saelens', 'mechanistic-interpretability', architecture]
  const base = /^[\w.-]+\/[\w.-]+$/.test(modelName) ? [`base_model: ${modelName}`] : []
  const source = origin?.kind === 'hub' ? [`# imported from ${origin.repo} at ${origin.commit}`] : []
  return ['---', 'library_name: saelens', ...base, 'tags:', ...tags.map((tag) => `- ${tag}`), ...source, '---'].join(
    '\n',
  )
}

function originRows({ origin, declared }: Sae, training: CardTraining | null): readonly (readonly [string, string])[] {
  if (training)
    return [
      ['Trained on', oneLine(training.datasetName)],
      ['Trained with', 'miStudio'],
    ]
  const from =
    origin?.kind === 'hub' ? [['Imported from', `${origin.repo} ${origin.path} at ${origin.commit}`] as const] : []
  return [...from, ...(declared?.dataset ? [['Trained on', oneLine(declared.dataset)] as const] : [])]
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`
const rounded = (value: number): string => Number(value.toPrecision(4)).toString()

/** What whoever finds it on the hub must know before using it. */
function warnings(sae: Sae): string[] {
  const problems = judgeKnown(sae)
  if (problems.length === 0) return []
  return ['## Known weaknesses', problems.map(({ message }) => `- ${oneLine(message)}`).join('\n')]
}

type Summary = NonNullable<Sae['summary']>

function trainingFigures(summary: Summary): string {
  const { heldOutTokens, heldOutDocuments, everyPosition } = summary
  const on = `${heldOutTokens} held-out tokens${heldOutDocuments === undefined ? '' : ` of ${heldOutDocuments} documents`}`
  const everywhere = everyPosition?.ceRecovered ?? null
  return [
    '## Figures at the end of training',
    `Trained on ${summary.tokens} tokens in ${summary.steps} steps; measured on ${on}. ${INTERVAL_TEXT}`,
    figureTable([
      ...(['l0', 'fvu', 'ceClean', 'ceSae', 'ceZero', 'ceRecovered', 'kl'] as const).map((name) =>
        figureRow(name, { value: summary[name], low: null, high: null, ...summary.intervals?.[name] }),
      ),
      ...(everywhere === null
        ? []
        : [figureRow('ceRecoveredEveryPosition', { value: everywhere, low: null, high: null })]),
      neverFired(summary.deadShare),
    ]),
  ].join('\n\n')
}

const VERDICTS: Record<SaeCheck['verdict'], string> = {
  fits: 'It fits',
  poor: 'It works poorly',
  undecided: 'Whether it fits cannot be told',
  does_not_fit: 'It does not fit',
}

function checkFigures({ figures, text, model, verdict, reasons }: SaeCheck): string {
  const said = reasons.length > 0 ? `: ${reasons.map(({ message }) => message).join(' ')}` : ''
  // Checks of before made their intervals over contexts.
  const over = text.documents === undefined ? '95 % intervals over contexts.' : INTERVAL_TEXT
  return [
    '## Self-check',
    `${VERDICTS[verdict]}${said} (${oneLine(model.name)} at ${model.precision}; ${text.tokens} tokens in ${text.contexts} contexts of ${text.contextSize}, ${oneLine(text.name)}${sharesOf(text)}; BOS left out). ${over}`,
    figureTable([
      ...CHECK_FIGURES.flatMap((name) => {
        const figure = figures[name]
        return figure ? [figureRow(name, figure)] : []
      }),
      neverFired(figures.deadShare),
    ]),
  ].join('\n\n')
}

/** How much of a dataset was held out; nothing for the bundled text. */
function sharesOf({ read, trainedOn }: SaeCheck['text']): string {
  if (!read) return ''
  const whose = trainedOn === 'this' ? 'new to the SAE' : trainedOn === 'other' ? 'not what it was trained on' : null
  const shares = `${read.heldOut} tokens of held-out and ${read.train} of training documents`
  return `: ${shares}${whose ? `, ${whose}` : ''}`
}

type Row = readonly [label: string, value: string, definition: string]

const figureTable = (rows: readonly Row[]): string =>
  ['| Figure | Value | Definition |', '|---|---|---|', ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)].join(
    '\n',
  )

const figureRow = (name: SaeFigure, figure: FigureEstimate): Row => [
  SAE_FIGURES[name].label,
  figureText(figure),
  SAE_FIGURES[name].text,
]

const neverFired = (share: number): Row => [SAE_FIGURES.neverFired.label, percent(share), SAE_FIGURES.neverFired.text]

const figureText = ({ value, low, high }: FigureEstimate): string => {
  if (value === null) return 'no value'
  return low === null || high === null ? rounded(value) : `${rounded(value)} (${rounded(low)} to ${rounded(high)})`
}

function usage(architecture: string): string {
  if (!opensInSaeLens(architecture)) {
    return `## Use\n\nSAELens has no architecture ${architecture}; the files are in its layout and open in miStudio.`
  }
  const code = [
    'from sae_lens import SAE',
    '',
    "sae = SAE.load_from_disk('folder')",
    'features = sae.encode(activations)  # [tokens, d_in] -> [tokens, d_sae]',
    'reconstruction = sae.decode(features)',
  ]
  return [
    '## Use',
    'With SAELens 6, from the folder that holds `cfg.json` and `sae_weights.safetensors`:',
    ['```python', ...code, '```'].join('\n'),
  ].join('\n\n')
}

const trainingOptions = (params: unknown): string =>
  ['## Training options', `\`\`\`json\n${JSON.stringify(params, null, 2)}\n\`\`\``].join('\n\n')

const table = (rows: readonly (readonly [string, string])[]): string =>
  ['| | |', '|---|---|', ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`)].join('\n')

/** Names come from users and from files: none may begin a line, end a cell or open a tag. */
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').replace(/[<>]/g, '').trim()
const cell = (text: string): string => oneLine(text).replaceAll('|', '\\|')
