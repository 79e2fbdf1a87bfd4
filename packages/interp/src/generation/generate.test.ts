import { describe, expect, it } from 'vitest'
import { maxDifference, openCase } from '../models/testing.js'
import { type GenerationRequest, generate } from './generate.js'
import { GREEDY } from './sampler.js'

const SITE = 'blocks.0.hook_resid_post'
const SAMPLED = { temperature: 0.9, topK: 0, topP: 0.95, repetitionPenalty: 1 }

async function setUp(name = 'llama_gqa_llama3') {
  const golden = await openCase(name)
  const prompt = golden.input.tokens.slice(0, 8)
  const request = (
    change: Partial<GenerationRequest> & { prompts: GenerationRequest['prompts'] },
  ): GenerationRequest => ({
    steering: [],
    sampling: GREEDY,
    maxTokens: 16,
    seed: 7,
    eosTokenIds: [],
    ...change,
  })
  return { golden, prompt, request, model: golden.model() }
}

describe('generation', () => {
  it.each(['llama', 'llama_gqa_llama3', 'llama_biases', 'llama_fp16'])(
    '%s continues greedily as the reference does',
    async (name) => {
      const { golden, request, model } = await setUp(name)
      const expected = Int32Array.from(await golden.tensor('greedy_ids'))
      const [row] = await generate(model, request({ prompts: [expected.slice(0, 8)] }))
      expect(row?.tokens).toEqual(expected.slice(8))
      expect(row?.finish).toBe('length')
      await model.release()
    },
  )

  it('gives a row of strength 0 exactly the tokens and probabilities of an unsteered batch, and steers the other row', async () => {
    const { golden, prompt, request, model } = await setUp()
    const vector = await golden.tensor('v')
    const vectors = new Float32Array(2 * vector.length)
    vectors.set(
      vector.map((value) => 6 * value),
      vector.length,
    )
    const plain = await generate(model, request({ prompts: [prompt, prompt], sampling: SAMPLED }))
    const steered = await generate(
      model,
      request({ prompts: [prompt, prompt], sampling: SAMPLED, steering: [{ site: SITE, vectors }] }),
    )
    expect(plain[0]).toEqual(plain[1])
    expect(steered[0]).toEqual(plain[0])
    expect(steered[1]?.tokens).not.toEqual(plain[1]?.tokens)
    await model.release()
  })

  it('steers cached steps exactly as a full pass over the same text is steered', async () => {
    const { golden, prompt, request, model } = await setUp()
    const vector = (await golden.tensor('v')).map((value) => 3 * value)
    const [row] = await generate(model, request({ prompts: [prompt], steering: [{ site: SITE, vectors: vector }] }))
    const text = Int32Array.from([...prompt, ...row!.tokens])
    const nll = await model.loss({ tokens: text, batch: 1, seq: text.length }, [
      { site: SITE, kind: 'add', value: vector },
    ])
    const fromFullPass = nll.slice(prompt.length - 1).map((loss) => -loss)
    expect(maxDifference(row!.logprobs, fromFullPass, [16], 1)).toBeLessThan(1e-4)
    await model.release()
  })

  it('keeps rows of different prompt lengths apart and lets the others go on when one ends', async () => {
    const { golden, prompt, request, model } = await setUp()
    const short = golden.input.tokens.slice(3, 6)
    const alone = await Promise.all([prompt, short].map((one) => generate(model, request({ prompts: [one] }))))
    const eos = alone[0]![0]!.tokens[4]!
    const ended = await generate(model, request({ prompts: [prompt, short], eosTokenIds: [eos] }))
    const first = alone[0]![0]!.tokens
    expect(ended[0]).toMatchObject({ finish: 'eos', tokens: first.slice(0, first.indexOf(eos)) })
    const second = alone[1]![0]!.tokens
    const stop = second.indexOf(eos)
    expect(ended[1]?.tokens).toEqual(stop < 0 ? second : second.slice(0, stop))
    await model.release()
  })

  it('stops at the context limit, on cancel, and refuses prompts that fill the context', async () => {
    const { prompt, request, model } = await setUp()
    const [full] = await generate(model, request({ prompts: [prompt], maxTokens: 1000 }))
    expect([full?.finish, full?.tokens.length]).toEqual(['context', 64 - prompt.length])
    let steps = 0
    const cancelled = await generate(
      model,
      request({ prompts: [prompt], onStep: () => steps++, cancelled: () => steps === 3 }),
    )
    expect([cancelled[0]?.finish, cancelled[0]?.tokens.length]).toEqual(['cancelled', 3])
    await expect(generate(model, request({ prompts: [new Int32Array(64)] }))).rejects.toThrow('leaves no room')
    await expect(generate(model, request({ prompts: [new Int32Array(0)] }))).rejects.toThrow('empty')
    await model.release()
  })
})
