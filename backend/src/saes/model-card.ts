// The model card of an SAE: README.md as the hub shows it. Pure; it says only what is known, and how each figure was measured.
import {
  CHECK_FIGURE_TEXTS,
  type CheckFigure,
  opensInSaeLens,
  type Sae,
  type SaeCheck,
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
      ['Context', `${sae.contextSize} tokens`],
      ...originRows(sae, training),
    ]),
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

function trainingFigures(summary: NonNullable<Sae['summary']>): string {
  const on = `${summary.heldOutTokens} held-out tokens`
  return [
    '## Figures at the end of training',
    `Trained on ${summary.tokens} tokens in ${summary.steps} steps; measured on ${on}, the SAE spliced in at every position.`,
    table([
      ['L0', rounded(summary.l0)],
      ['FVU', rounded(summary.fvu)],
      [
        'CE unchanged / with SAE / with zeros',
        [summary.ceClean, summary.ceSae, summary.ceZero].map((ce) => `${rounded(ce)} nats`).join(' / '),
      ],
      ['CE recovered', percent(summary.ceRecovered)],
      ['KL', `${rounded(summary.kl)} nats`],
      ['Features that never fired', percent(summary.deadShare)],
    ]),
  ].join('\n\n')
}

function checkFigures({ figures, text, model, verdict, reasons }: SaeCheck): string {
  const rows = (Object.keys(CHECK_FIGURE_TEXTS) as (keyof typeof CHECK_FIGURE_TEXTS)[]).map(
    (name) => [CHECK_FIGURE_TEXTS[name].label, figureText(figures[name]), CHECK_FIGURE_TEXTS[name].text] as const,
  )
  const dead = [
    'Features that never fired',
    percent(figures.deadShare),
    `On these ${text.tokens} tokens; it falls as more are read.`,
  ] as const
  return [
    '## Self-check',
    `${verdict === 'fits' ? 'It fits' : `It does not fit: ${reasons.map(({ message }) => message).join(' ')}`} (${oneLine(model.name)} at ${model.precision}; ${text.tokens} tokens in ${text.contexts} contexts of ${text.contextSize}, ${oneLine(text.name)}; 95 % intervals over contexts, BOS left out).`,
    [
      '| Figure | Value | Definition |',
      '|---|---|---|',
      ...[...rows, dead].map((row) => `| ${row.map(cell).join(' | ')} |`),
    ].join('\n'),
  ].join('\n\n')
}

const figureText = ({ value, low, high }: CheckFigure): string => {
  if (value === null) return 'not finite'
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
