import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type SteeringAction, SteeringResultSchema } from '@mistudio/contracts'
import type { Sae } from '@mistudio/interp/saes'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeSae } from '../extractions/testing.js'
import { SaeStore } from '../features/index.js'
import { ModelStore, type OpenModel, promptIds } from '../models/index.js'
import { type ExperimentRequest, runExperiment } from './experiment.js'
import { steeredFeatures, steeringSite, steeringVectors } from './vectors.js'

const DEMO = fileURLToPath(new URL('../../../demo/tiny-stories-1m', import.meta.url))
const SITE = 'blocks.2.hook_resid_post'
const PROMPT = 'Once upon a time there was a little girl who'
const SAMPLING = { maxTokens: 12, temperature: 0.8, topK: 0, topP: 0.95, minP: 0, repetitionPenalty: 1, seed: 3 }

const folder = mkdtempSync(join(tmpdir(), 'mistudio-steering-'))
const models = new ModelStore()
const saes = new SaeStore()
let open: OpenModel
let sae: Sae

beforeAll(async () => {
  open = await models.open(DEMO, 2, 'float32')
  const text = promptIds(
    open.tokenizer,
    `${PROMPT} was very happy. She had a red ball and a big dog. They ran to the park to play.`,
  )
  await writeSae(folder, 16, 4, text.slice(0, 24), 24)
  sae = await saes.open(folder, 2)
})
afterAll(async () => {
  await models.release()
  await saes.release()
  rmSync(folder, { recursive: true })
})

const experiment = (change: Partial<ExperimentRequest> = {}): ExperimentRequest => ({
  prompt: PROMPT,
  variants: [],
  sampling: SAMPLING,
  site: SITE,
  scope: 'all',
  stop: [],
  alternatives: 0,
  ...change,
})
const hooks = (texts: string[] = []) => ({
  onText: (rows: { row: number; text: string }[]) => {
    for (const { row, text } of rows) texts[row] = (texts[row] ?? '') + text
  },
  onStep: () => undefined,
  stopped: () => false,
})
const variant = (index: number, strength: number, action: SteeringAction = 'add') => ({
  features: [{ index, strength, maxActivation: 4, action }],
})

/** A feature that fires on the last token of the prompt. */
async function firingFeature(): Promise<number> {
  const ids = Int32Array.from(open.tokenizer.encode(PROMPT))
  const x = await open.model.capture({ tokens: ids, batch: 1, seq: ids.length }, SITE)
  const { values, indices, k } = await sae.encode(x, ids.length)
  const last = (ids.length - 1) * k
  expect(values[last]).toBeGreaterThan(0)
  return indices[last]!
}

describe('steering experiment', () => {
  it('generates plainly without features and streams exactly the text it returns', async () => {
    const texts: string[] = []
    const result = await runExperiment(open, null, experiment({ site: null }), hooks(texts))
    const [only] = SteeringResultSchema.parse(result).completions
    expect(result.completions).toHaveLength(1)
    expect(only).toMatchObject({ variant: null, kl: null, finish: 'length', activations: {} })
    expect(texts).toEqual([only!.text])
    expect(only!.tokens.map(({ text }) => text).join('')).toBe(`<|endoftext|>${PROMPT}${only!.text}`)
    expect(only!.tokens).toHaveLength(only!.promptTokens + 12)
  })

  it('leaves a variant of strength 0 as the unsteered text at KL 0, and moves a strong one away', async () => {
    const request = experiment({ variants: [variant(3, 0), variant(3, 5)] })
    const { completions } = SteeringResultSchema.parse(await runExperiment(open, sae, request, hooks()))
    const [plain, zero, strong] = completions
    expect(zero!.text).toBe(plain!.text)
    expect(zero!.kl).toBe(0)
    expect(plain!.kl).toBeNull()
    expect(strong!.text).not.toBe(plain!.text)
    expect(strong!.kl!).toBeGreaterThan(0.1)
    expect(strong!.perplexity!).toBeGreaterThan(plain!.perplexity!)
  })

  it('edits activations: multiplying by 1 or capping above everything changes nothing, setting and ablating do', async () => {
    const plain = (await runExperiment(open, null, experiment({ site: null }), hooks())).completions[0]!
    const fires = await firingFeature()
    const variants = [
      variant(fires, 1, 'scale'),
      variant(fires, 1000, 'at_most'),
      variant(fires, 0, 'set'),
      variant(fires, 3, 'at_least'),
      { features: [...variant(fires, 2, 'set').features, ...variant(3, 5).features] },
    ]
    const { completions } = await runExperiment(open, sae, experiment({ variants }), hooks())
    expect(completions[0]!.text).toBe(plain.text)
    expect(completions.slice(1, 3).map(({ kl, text }) => [kl, text])).toEqual([
      [0, plain.text],
      [0, plain.text],
    ])
    for (const { kl } of completions.slice(3)) expect(kl!).toBeGreaterThan(1e-4)
  })

  it('measures perplexity and activations on the unsteered model, by their definitions', async () => {
    const request = experiment({ variants: [variant(3, 3), variant(7, -2)] })
    const { completions } = await runExperiment(open, sae, request, hooks())
    const { tokens, promptTokens, perplexity, activations } = completions[1]!
    const ids = Int32Array.from(tokens, ({ id }) => id)
    const input = { tokens: ids, batch: 1, seq: ids.length }
    const logits = await open.model.logits(input)
    let loss = 0
    for (let t = promptTokens - 1; t < ids.length - 1; t++) {
      const row = Array.from(logits.subarray(t * 2048, (t + 1) * 2048))
      loss += Math.log(row.reduce((sum, logit) => sum + Math.exp(logit), 0)) - row[ids[t + 1]!]!
    }
    expect(perplexity).toBeCloseTo(Math.exp(loss / (ids.length - promptTokens)), 2)
    expect(Object.keys(activations)).toEqual(['3', '7'])
    const x = await open.model.capture(input, SITE)
    const { values, indices, k } = await sae.encode(x, ids.length)
    const expected = Array.from({ length: ids.length }, (_, t) => {
      const at = indices.subarray(t * k, (t + 1) * k).indexOf(3)
      return at < 0 ? 0 : values[t * k + at]!
    })
    expect(activations['3']).toEqual(expected)
    expect(expected.some((value) => value > 0)).toBe(true)
  })

  it('ends at a stop string that spans tokens, cuts the text before it, and keeps only the tokens that text needs', async () => {
    const free = (await runExperiment(open, null, experiment({ site: null }), hooks())).completions[0]!
    const stop = free.text.slice(9, 14)
    const texts: string[] = []
    const stopped = await runExperiment(
      open,
      null,
      experiment({ site: null, stop: [stop], alternatives: 2 }),
      hooks(texts),
    )
    const [only] = SteeringResultSchema.parse(stopped).completions
    const cut = free.text.slice(0, free.text.indexOf(stop))
    expect([only!.text, only!.finish, texts]).toEqual([cut, 'stop', [cut]])
    const written = only!.tokens.slice(only!.promptTokens)
    const joined = written.map(({ text }) => text).join('')
    expect(joined.startsWith(cut)).toBe(true)
    expect(joined.length - (written.at(-1)?.text.length ?? 0)).toBeLessThan(cut.length)
    expect([only!.logprobs.length, only!.alternatives.length]).toEqual([written.length, written.length])
    expect(free.tokens.slice(0, only!.tokens.length)).toEqual(only!.tokens)
  })

  it('steers the written text only where that is asked, and measures KL so', async () => {
    const at = (scope: 'all' | 'prompt' | 'completion') =>
      runExperiment(open, sae, experiment({ variants: [variant(3, 5)], scope, alternatives: 1 }), hooks())
    const [all, prompt, completion] = await Promise.all([at('all'), at('prompt'), at('completion')])
    const first = (result: typeof all) => result.completions.map(({ alternatives }) => alternatives[0]![0]!.logprob)
    expect(first(completion)[1]).toBe(first(completion)[0])
    expect(first(prompt)[1]).toBe(first(all)[1])
    expect(first(all)[1]).not.toBe(first(all)[0])
    const kls = [all, prompt, completion].map(({ completions }) => completions[1]!.kl!)
    expect(kls.every((kl) => kl > 0)).toBe(true)
    expect(new Set(kls).size).toBe(3)
  })

  it('keeps what was written when stopped', async () => {
    let steps = 0
    const stopping = { ...hooks(), onStep: () => void steps++, stopped: () => steps === 4 }
    const request = experiment({ site: null })
    const { completions } = await runExperiment(open, null, request, stopping)
    expect(completions[0]).toMatchObject({ finish: 'cancelled' })
    expect(completions[0]!.tokens.length - completions[0]!.promptTokens).toBe(4)
  })
})

describe('steering vectors', () => {
  it('adds strength × maximum × decoder row over the features of a variant', () => {
    const rows = Float32Array.from([1, 0, 0, 1, 2, 2])
    const variants = [
      {
        features: [
          { index: 0, strength: 2, maxActivation: 3, action: 'add' as const },
          { index: 2, strength: -1, maxActivation: 0.5, action: 'add' as const },
        ],
      },
      variant(1, 1),
    ]
    expect([...steeringVectors(variants, rows, 2)]).toEqual([0, 0, 5, -1, 0, 4])
    expect(steeredFeatures(variants)).toEqual([0, 1, 2])
    expect(() => steeringVectors([variant(3, 1)], rows, 2)).toThrow('no feature 3 (0 to 2)')
  })

  it('refuses a site other than the SAE\u2019s and an SAE of another width', () => {
    expect(steeringSite(sae, null, open.model.sites)).toBe(SITE)
    expect(() => steeringSite(sae, 'blocks.1.hook_resid_post', open.model.sites)).toThrow('was trained at blocks.2')
    const other = { ...sae, dIn: 128, siteWidths: [128], site: 'blocks.2.mlp.hook_post' } as unknown as Sae
    expect(() => steeringSite(other, null, open.model.sites)).toThrow('takes 128 values, the model has 384')
  })
})
