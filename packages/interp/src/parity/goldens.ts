// A model against stored expected values of a reference library: logits, every stored site, losses, greedy text, edits and sums.
import type { TensorSource } from '@mistudio/formats'
import { findSite, type RunnableModel, siteWidth } from '../models/index.js'
import { type Check, type Difference, difference, differenceCheck, type RunVariant } from './check.js'
import { GoldenCase } from './golden-case.js'
import type { GoldenInfo } from './golden-info.js'
import { greedyChecks } from './greedy.js'

export interface GoldenInput {
  /** Loads the model for one way of running it, at full precision; it is released after its checks. */
  readonly open: (variant: RunVariant) => RunnableModel | Promise<RunnableModel>
  /** golden.safetensors and golden.json. */
  readonly golden: TensorSource
  readonly info: GoldenInfo
  /** Every combination of the two is checked. */
  readonly threads: readonly number[]
  readonly optimise: readonly boolean[]
}

/** One model under one variant, with what all checks of it need. */
interface Subject {
  readonly model: RunnableModel
  readonly golden: GoldenCase
  readonly variant: RunVariant
}

/** The site that a stored hook is. `final_norm` is what the unembedding reads: after the last norm, with its weight and bias. */
const siteOf = (hook: string): string => (hook === 'final_norm' ? 'unembed.hook_in' : hook)

function compared({ golden, variant }: Subject, name: string, found: Difference, what: string): Check {
  return differenceCheck({ name, group: 'golden', variant }, found, golden.info.tolerance.max_abs, what)
}

/** Logits and losses as they are computed when nothing else is asked for. */
async function* outputs(subject: Subject): AsyncGenerator<Check> {
  const { model, golden } = subject
  const logits = golden.rows(model.spec.vocabSize)
  const expected = await golden.values('logits', model.spec.vocabSize)
  yield compared(
    subject,
    'logits',
    difference(await model.logits(golden.input), expected, logits),
    'Against stored logits',
  )
  const losses = difference(await model.loss(golden.input), await golden.losses(), golden.lossRows)
  yield { ...compared(subject, 'next_token_loss', losses, 'Against stored next-token losses'), unit: 'nats' }
  yield* lastRowAlone(subject, expected)
}

/**
 * The last row without its padding and without the rows beside it. Left out where the rotary frequencies depend on the length and the
 * padded length has others: the stored values are those of the padded batch.
 */
async function* lastRowAlone(subject: Subject, expected: Float32Array): AsyncGenerator<Check> {
  const { model, golden } = subject
  const { batch, seq, tokens } = golden.input
  const length = golden.info.valid_lengths[batch - 1]!
  if (model.regime(length) !== model.regime(seq)) return
  const width = model.spec.vocabSize
  const first = (batch - 1) * seq
  const alone = await model.logits({ tokens: tokens.slice(first, first + length), batch: 1, seq: length })
  const stored = expected.subarray(first * width, (first + length) * width)
  const what = `Row ${batch - 1} alone, without the padding and the rows beside it, against its stored logits`
  const found = difference(alone, stored, { seq: length, width, valid: [length] })
  yield compared(subject, 'logits without padding', found, what)
}

function missingSite({ model, golden, variant }: Subject, name: string): Check {
  return {
    name,
    group: 'golden',
    variant,
    figure: Number.NaN,
    mean: null,
    unit: '',
    count: 0,
    tolerance: golden.info.tolerance.max_abs,
    pass: false,
    detail: `The stored values have this site, a ${model.spec.architecture} model as it is computed here has not.`,
  }
}

/** resid_pre + attn_out + mlp_out = resid_post in every block, and resid_post of one block = resid_pre of the next. */
function* sums(subject: Subject, captured: Readonly<Record<string, Float32Array>>): Generator<Check> {
  const { model, golden } = subject
  const rows = golden.rows(model.spec.dModel)
  for (let layer = 0; layer < model.spec.layers; layer++) {
    const [before, attention, mlp, after, next] = [
      `blocks.${layer}.hook_resid_pre`,
      `blocks.${layer}.hook_attn_out`,
      `blocks.${layer}.hook_mlp_out`,
      `blocks.${layer}.hook_resid_post`,
      `blocks.${layer + 1}.hook_resid_pre`,
    ].map((name) => captured[name])
    if (!before || !attention || !mlp || !after) continue
    const sum = before.map((value, i) => value + attention[i]! + mlp[i]!)
    const what = 'resid_pre + attn_out + mlp_out against resid_post, all computed here'
    yield compared(subject, `blocks.${layer} residual sum`, difference(sum, after, rows), what)
    if (!next) continue
    const link = 'resid_post against resid_pre of the next block'
    yield compared(subject, `blocks.${layer} to blocks.${layer + 1}`, difference(after, next, rows), link)
  }
}

/** Every stored site, captured together in one run that also gives logits. */
async function* sites(subject: Subject): AsyncGenerator<Check> {
  const { model, golden } = subject
  const wanted = golden.info.hooks.map((hook) => [hook, siteOf(hook)] as const)
  const names = new Set(model.sites.map(({ name }) => name))
  const known = wanted.filter(([, site]) => names.has(site))
  const capture = known.map(([, site]) => site)
  const { captured, logits } = await model.forward(golden.input, { capture, logits: true })
  const whole = difference(
    logits!,
    await golden.values('logits', model.spec.vocabSize),
    golden.rows(model.spec.vocabSize),
  )
  yield compared(
    subject,
    'logits while capturing',
    whole,
    'Logits of a run that returns every site, against stored logits',
  )
  for (const [hook, site] of known) {
    const width = siteWidth(findSite(model.sites, site))
    const expected = await golden.values(hook, width)
    yield compared(
      subject,
      hook,
      difference(captured[site]!, expected, golden.rows(width)),
      'Against stored values of the site',
    )
  }
  for (const [hook, site] of wanted) if (!names.has(site)) yield missingSite(subject, hook)
  yield* sums(subject, captured)
}

/** Logits with a site steered, ablated and patched. */
async function* edits(subject: Subject): AsyncGenerator<Check> {
  const { model, golden } = subject
  for (const [name, edit] of await golden.edits()) {
    if (!model.sites.some((site) => site.name === edit.site)) {
      yield missingSite(subject, name)
      continue
    }
    const logits = await model.logits(golden.input, [edit])
    const found = difference(logits, await golden.values(name, model.spec.vocabSize), golden.rows(model.spec.vocabSize))
    yield compared(subject, name, found, `Logits with ${edit.site} changed, against stored ones`)
  }
}

/**
 * Compares a model with stored values, for every asked combination of threads and graph optimisation. Rows of the padded batch count only
 * up to their valid lengths. Checks come as they are done; none is left out after a failure.
 * @throws ModelError `model_invalid` when the values belong to a model of other sizes; FormatError when a stored tensor is missing.
 */
export async function* verifyGolden(input: GoldenInput): AsyncGenerator<Check> {
  const golden = await GoldenCase.open(input.info, input.golden)
  for (const threads of input.threads) {
    for (const optimise of input.optimise) {
      const variant = { threads, optimise }
      const model = await input.open(variant)
      try {
        golden.requireFits(model)
        const subject = { model, golden, variant }
        yield* outputs(subject)
        yield* sites(subject)
        yield* edits(subject)
        yield* greedyChecks(model, golden, variant)
      } finally {
        await model.release()
      }
    }
  }
}
