// The self-check: opens model, SAE and text, measures, tries other readings where something is doubtful, and says whether the SAE fits.
import {
  AppError,
  type FigureEstimate,
  judgeCheck,
  type SaeCheck,
  type SaeCheckWork,
  type SaeDeclared,
} from '@mistudio/contracts'
import { findSite, siteWidth } from '@mistudio/interp/models'
import {
  doubtful,
  type Estimate,
  measureSae,
  type Sae,
  type SaeMeasurement,
  type Trial,
  verdictOf,
} from '@mistudio/interp/saes'
import { z } from 'zod'
import { saeFolder, saeStore, withSaeErrors } from '../../features/index.js'
import { withModelErrors } from '../../models/errors.js'
import { modelStore, type OpenModel } from '../../models/model-store.js'
import type { JobContext } from '../../runner/context.js'
import { checkControl } from '../../runner/interruption.js'
import { StageProgress } from '../../runner/progress.js'
import { declaredBy } from '../declared.js'
import { type CheckText, checkText, countedIn } from './contexts.js'
import { modelAround, type SitePair } from './model-around.js'
import { tryOthers } from './trials.js'

export interface CheckOutcome {
  readonly check: SaeCheck
  /** Share of tokens at which each feature fired, [d_sae]. */
  readonly density: Float64Array
}

type Context = Pick<JobContext<unknown>, 'dataDir' | 'threads' | 'control' | 'progress'>

/** @throws AppError when SAE and model cannot be run together; Interruption. */
export function runCheck(context: Context, work: SaeCheckWork): Promise<CheckOutcome> {
  return withModelErrors(() => withSaeErrors(() => check(context, work)))
}

async function check(context: Context, work: SaeCheckWork): Promise<CheckOutcome> {
  const began = performance.now()
  context.progress({ stage: 'opening model and SAE', fraction: null })
  const opened = await modelStore.open(work.modelPath, context.threads, work.precision)
  const sae = await saeStore.open(saeFolder(context.dataDir, work.saeId), context.threads)
  const declared = declaredBy(sae.cfg)
  const sites = sitesOf(opened, sae, work, declared)
  const text = await textFor(context, work, opened, declared)
  const counted = countedIn(text, declared)
  const measured = await measure(context, opened, sae, sites, text, counted)
  const input = { measured, site: sites.input, declaredSite: declared.site, declaredL0: declared.l0 }
  const stop = () => checkControl(context.control())
  if (doubtful(input)) context.progress({ stage: 'trying other sites and scales', fraction: null })
  const trials = doubtful(input)
    ? await tryOthers({
        model: opened.model,
        sae,
        site: sites.input,
        text,
        counted,
        check: stop,
        inputNorm: measured.inputNorm.value,
        declaredSite: declared.site,
      })
    : []
  const seconds = (performance.now() - began) / 1000
  const basis = {
    name: work.text.name,
    tokenizationId: work.text.tokenizationId,
    documents: text.documents,
    contexts: text.contexts,
    contextSize: text.contextSize,
    tokens: measured.tokens,
    ...(text.read && { read: text.read, trainedOn: work.text.trainedOn }),
  }
  const figures = figuresOf(measured)
  return {
    density: measured.density,
    check: {
      ...judged(verdictOf({ ...input, trials }), { figures, text: basis }, sae),
      notes: notesOf(measured, declared, sites, sae),
      model: { id: work.modelId, name: work.modelName, precision: work.precision },
      site: sites.input,
      siteOut: sites.output === sites.input ? null : sites.output,
      text: basis,
      figures,
      trials: trials.map(trialAsStored),
      seconds,
      at: new Date().toISOString(),
    },
  }
}

/** @throws AppError `sae_invalid` when a width is another than the site's; `site_unknown`. */
function sitesOf({ model }: OpenModel, sae: Sae, work: SaeCheckWork, declared: SaeDeclared): SitePair {
  const output = (sae.transcoder ? (work.siteOut ?? declared.siteOut) : null) ?? work.site
  const widths = [work.site, output].map((site) => siteWidth(findSite(model.sites, site)))
  for (const [i, [what, size]] of (
    [
      ['takes', sae.dIn],
      ['gives', sae.dOut],
    ] as const
  ).entries()) {
    if (widths[i] === size) continue
    const site = i === 0 ? work.site : output
    throw new AppError(
      'sae_invalid',
      `The SAE ${what} ${size} values, the model has ${widths[i]} at ${site}. They do not belong together.`,
    )
  }
  return { input: work.site, output, width: sae.dOut }
}

function textFor(
  { dataDir }: Context,
  work: SaeCheckWork,
  { model, tokenizer }: OpenModel,
  declared: SaeDeclared,
): Promise<CheckText> | CheckText {
  const contextSize = Math.min(model.contextLimit, declared.contextSize ?? model.contextLimit)
  const limits = { contextSize, vocabSize: model.spec.vocabSize }
  return checkText(dataDir, work.text, tokenizer, declared.prependBos !== false, limits)
}

function measure(
  context: Context,
  { model }: OpenModel,
  sae: Sae,
  sites: SitePair,
  text: CheckText,
  counted: (token: number, position: number) => boolean,
): Promise<SaeMeasurement> {
  const stage = new StageProgress('measuring', 'contexts')
  const stop = () => checkControl(context.control())
  let done = 0
  return measureSae(
    {
      batches: text.batches,
      units: text.units,
      counted,
      onBatch: (n) => {
        done += text.batches[n - 1]!.batch
        context.progress(stage.at(done, text.contexts, performance.now()))
        stop()
      },
    },
    modelAround(model, sites, stop),
    sae,
  )
}

/** The verdict, and what is wrong with an SAE that belongs here: such a one does not just fit. */
function judged(
  { verdict, reasons }: ReturnType<typeof verdictOf>,
  check: Pick<SaeCheck, 'figures' | 'text'>,
  widths: Pick<Sae, 'dIn' | 'dSae'>,
): Pick<SaeCheck, 'verdict' | 'reasons'> {
  if (verdict === 'does_not_fit') return { verdict, reasons: [...reasons] }
  const problems = judgeCheck(check, widths).map(({ message }) => ({ kind: 'quality' as const, message }))
  return { verdict: problems.length > 0 ? 'poor' : verdict, reasons: [...problems, ...reasons] }
}

/** What is worth knowing beside the verdict. */
function notesOf(measured: SaeMeasurement, declared: SaeDeclared, sites: SitePair, sae: Sae): string[] {
  const { tokens, deadShare } = measured
  const notes: string[] = []
  if (declared.site !== null && declared.site !== sites.input) {
    notes.push(`Its files say ${declared.site}; it was measured at ${sites.input}.`)
  }
  const processed = processingOf(sae.cfg.metadata)
  if (processed.length > 0) {
    notes.push(
      `Its files say that it was trained on a model loaded with ${processed.join(', ')} (TransformerLens). Weights are used here as they are stored, so what it reads may differ.`,
    )
  }
  if (deadShare > 0 && tokens < 10 * sae.dSae) {
    notes.push(
      `${tokens} tokens are few for ${sae.dSae} features: many that count as dead here fire on more text. Check it on a larger dataset for a dead share that means something.`,
    )
  }
  return notes
}

const MetadataSchema = z.looseObject({
  model_from_pretrained_kwargs: z.record(z.string(), z.unknown()).catch({}).default({}),
})

/** What was done to the weights of the model before the SAE was trained on it: names of the switches that were on. */
function processingOf(metadata: unknown): string[] {
  const { model_from_pretrained_kwargs: switches } = MetadataSchema.catch({ model_from_pretrained_kwargs: {} }).parse(
    metadata,
  )
  return PROCESSING.filter((name) => switches[name] === true)
}

const PROCESSING = [
  'fold_ln',
  'center_writing_weights',
  'center_unembed',
  'fold_value_biases',
  'refactor_factored_attn_matrices',
]

function figuresOf(measured: SaeMeasurement): SaeCheck['figures'] {
  const { l0, fvu, explainedVariance, explainedVarianceLegacy, ceClean, ceSae, ceZero, ceRecovered, inputNorm } =
    measured
  return {
    l0: figure(l0),
    fvu: figure(fvu),
    explainedVariance: figure(explainedVariance),
    explainedVarianceLegacy: figure(explainedVarianceLegacy),
    ceRecovered: figure(ceRecovered),
    ceRecoveredEveryPosition: figure(measured.everyPosition.ceRecovered),
    ceClean: figure(ceClean),
    ceSae: figure(ceSae),
    ceZero: figure(ceZero),
    inputNorm: figure(inputNorm),
    deadShare: measured.deadShare,
  }
}

const trialAsStored = ({ kind, label, fvu, l0, tokens, gain }: Trial): SaeCheck['trials'][number] => ({
  kind,
  label,
  fvu: finite(fvu),
  l0: finite(l0),
  tokens,
  gain: figure(gain),
})

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
const figure = ({ value, low, high }: Estimate): FigureEstimate => ({ value: finite(value), low, high })
