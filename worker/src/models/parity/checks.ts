// The checks of a parity report, in the order they are run: cheap ones first. Each step gives its checks or says why there are none.
import type { ParityCheck } from '@mistudio/contracts'
import { FormatError } from '@mistudio/formats'
import { ExportedModel, exportRounding } from '@mistudio/interp/exports'
import { countParameters, LanguageModel, ModelError, planTensors, type RunnableModel } from '@mistudio/interp/models'
import {
  type Check,
  cacheCheck,
  causalCheck,
  determinismCheck,
  eightBitCheck,
  finiteCheck,
  lossCheck,
  openedCheck,
  verifyGolden,
} from '@mistudio/interp/parity'
import { roundTrip, type Tokenizer } from '../../tokenizer/index.js'
import { loadModel, type OpenModel } from '../model-store.js'
import { promptIds } from '../prompt.js'
import { GOLDEN_INFO, GOLDEN_TENSORS, openGolden } from './golden-files.js'
import { precisionChecks } from './precisions.js'
import { reported, type Skipped } from './reported.js'
import { SAMPLE_TEXT } from './sample-text.js'

export interface Step {
  readonly stage: string
  run(): AsyncIterable<ParityCheck | Skipped>
}

/** Tokens of the bundled text that each check runs on. */
const TOKENS = { finite: 32, determinism: 32, cache: 48, precision: 256, loss: 256 }
/** Models up to this many parameters are held against stored values with every thread count and optimisation. */
const ALL_VARIANTS = 5e7

/** Whether texts come back from the tokenizer. A tokenizer may normalise, so only plain English is judged. */
function tokenizerCheck(tokenizer: Pick<Tokenizer, 'encode' | 'decode'>): ParityCheck {
  const { texts, failed } = roundTrip(tokenizer)
  const [first] = failed
  const example = first
    ? ` In ${first.name}, from character ${first.at} on, “${first.expected}” became “${first.got}”.`
    : ''
  const changed = first ? `Changed: ${failed.map(({ name }) => name).join(', ')}.${example}` : 'All came back.'
  return {
    name: 'tokenizer round trip',
    group: 'text',
    variant: null,
    figure: failed.length,
    mean: null,
    unit: 'texts',
    tolerance: null,
    pass: !failed.some(({ name }) => name === 'plain English'),
    count: texts,
    detail: `Texts that are not the same after encoding and decoding; tokenizers may normalise, so only plain English must come back. ${changed}`,
  }
}

/** Stored values that cannot be compared at all, as a check that failed. */
function unusable(error: unknown): ParityCheck {
  if (!(error instanceof ModelError || error instanceof FormatError)) throw error
  const about = { name: 'stored values', group: 'golden', variant: null, figure: null, mean: null, unit: '' } as const
  return { ...about, tolerance: null, pass: false, count: 0, detail: error.message }
}

async function* goldenChecks({ folder, model }: OpenModel, threads: number): AsyncGenerator<ParityCheck | Skipped> {
  try {
    const stored = await openGolden(folder.path)
    if (!stored) {
      yield { group: 'golden', reason: `There is no ${GOLDEN_INFO} with ${GOLDEN_TENSORS} beside the weights.` }
      return
    }
    const rounding = model instanceof ExportedModel ? exportRounding(model.facts) : null
    if (rounding !== null) {
      yield { group: 'golden', reason: `They are of float32; this export computes with ${rounding}.` }
      return
    }
    if (model.precision !== 'float32') {
      yield { group: 'golden', reason: `They are of float32; the model is loaded as ${model.precision}.` }
      return
    }
    const every = countParameters(planTensors(folder.plan)).total <= ALL_VARIANTS
    const checks = verifyGolden({
      ...stored,
      open: (variant) => loadModel(folder, variant),
      threads: every ? [...new Set([1, threads])] : [threads],
      optimise: every ? [true, false] : [true],
    })
    for await (const check of checks) yield reported(check)
  } catch (error) {
    yield unusable(error)
  }
}

/** Cached generation, where the model has it; of an export, what stands for it. */
async function* cacheChecks(model: RunnableModel, tokens: Int32Array): AsyncGenerator<ParityCheck | Skipped> {
  if (model instanceof LanguageModel) yield reported(await cacheCheck(model, tokens))
  if (!(model instanceof ExportedModel)) return
  const eightBit = eightBitCheck(model)
  if (eightBit) yield reported(eightBit)
  yield reported(await causalCheck(model, tokens))
  const opened = await openedCheck(model, tokens)
  if (opened) yield reported(opened)
  yield {
    group: 'numerics',
    reason: 'An ONNX export keeps no cache: generation runs the whole text for every token.',
  }
}

/** Every step for an opened model. */
export function paritySteps(opened: OpenModel, threads: number): readonly Step[] {
  const { model, tokenizer } = opened
  const text = promptIds(tokenizer, SAMPLE_TEXT)
  const start = (tokens: number): Int32Array => text.slice(0, Math.min(tokens, model.contextLimit))
  const one = (stage: string, check: () => Promise<Check>): Step => ({
    stage,
    run: async function* () {
      yield reported(await check())
    },
  })
  return [
    one('finite values', () => finiteCheck(model, start(TOKENS.finite))),
    one('loss on text', () => lossCheck(model, start(TOKENS.loss))),
    one('determinism', () => determinismCheck(model, start(TOKENS.determinism))),
    { stage: 'cache against no cache', run: () => cacheChecks(model, start(TOKENS.cache)) },
    {
      stage: 'tokenizer round trip',
      run: async function* () {
        yield tokenizerCheck(tokenizer)
      },
    },
    { stage: 'quantised copies', run: () => precisionChecks(opened, threads, start(TOKENS.precision)) },
    { stage: 'stored values', run: () => goldenChecks(opened, threads) },
  ]
}
