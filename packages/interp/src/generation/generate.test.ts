import { describe, expect, it } from 'vitest'
import { maxDifference, openCase } from '../models/testing.js'
import { type GenerationRequest, generate } from './generate.js'
import { addVectors, type GenerationStep, type InterventionSource } from './interventions.js'
import { GREEDY } from './sampler.js'

const SITE = 'blocks.0.hook_resid_post'
const SAMPLED = { temperature: 0.9, topK: 0, topP: 0.95, minP: 0, repetitionPenalty: 1 }

async function setUp(name = 'llama_gqa_llama3') {
  const golden = await openCase(name)
  const prompt = golden.input.tokens.slice(0, 8)
  const request = (
    change: Partial<GenerationRequest> & { prompts: GenerationRequest['prompts'] },
  ): GenerationRequest => ({
    sampling: GREEDY,
    maxTokens: 16,
    seed: 7,
    eosTokenIds: [],
    ...change,
  })
  return { golden, prompt, request, model: golden.model() }
}

describe('generation', () => {
  it.each(['llama', 'llama_gqa_llama3', 'llama_fp16', 'gpt2', 'gpt_neox_parallel', 'gemma2', 'opt', 'phi3_longrope'])(
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
      request({
        prompts: [prompt, prompt],
        sampling: SAMPLED,
        interventions: addVectors({ site: SITE, vectors }, [8, 8]),
      }),
    )
    expect(plain[0]).toEqual(plain[1])
    expect(steered[0]).toEqual(plain[0])
    expect(steered[1]?.tokens).not.toEqual(plain[1]?.tokens)
    await model.release()
  })

  it('steers cached steps exactly as a full pass over the same text is steered', async () => {
    const { golden, prompt, request, model } = await setUp()
    const vector = (await golden.tensor('v')).map((value) => 3 * value)
    const [row] = await generate(
      model,
      request({ prompts: [prompt], interventions: addVectors({ site: SITE, vectors: vector }, [8]) }),
    )
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

  it.each(['all', 'prompt', 'completion'] as const)(
    'adds a vector at %s positions as a full pass does',
    async (scope) => {
      const { golden, prompt, request, model } = await setUp()
      const vector = (await golden.tensor('v')).map((value) => 3 * value)
      const [row] = await generate(
        model,
        request({
          prompts: [prompt],
          interventions: addVectors({ site: SITE, vectors: vector, scope }, [prompt.length]),
        }),
      )
      const text = Int32Array.from([...prompt, ...row!.tokens])
      const value = new Float32Array(text.length * vector.length)
      for (let t = 0; t < text.length; t++) {
        if (scope === 'all' || t < prompt.length === (scope === 'prompt')) value.set(vector, t * vector.length)
      }
      const nll = await model.loss({ tokens: text, batch: 1, seq: text.length }, [{ site: SITE, kind: 'add', value }])
      const fromFullPass = nll.slice(prompt.length - 1).map((loss) => -loss)
      expect(maxDifference(row!.logprobs, fromFullPass, [16], 1)).toBeLessThan(1e-4)
      await model.release()
    },
  )

  it('asks for interventions with the rows and positions of every run', async () => {
    const { golden, prompt, request, model } = await setUp()
    const steps: GenerationStep[] = []
    const interventions: InterventionSource = (step) => {
      steps.push(step)
      return []
    }
    const short = golden.input.tokens.slice(3, 6)
    await generate(model, request({ prompts: [prompt, short], maxTokens: 3, interventions }))
    expect(steps.map(({ rows, starts, lengths, seq }) => [rows, [...starts], [...lengths], seq])).toEqual([
      [[0, 1], [0, 0], [8, 3], 8],
      [[0, 1], [8, 3], [1, 1], 1],
      [[0, 1], [9, 4], [1, 1], 1],
    ])
    steps.length = 0
    await generate(model, request({ prompts: [prompt, short], maxTokens: 3, interventions, stops: (row) => row === 0 }))
    expect(steps.slice(1).map(({ rows, starts }) => [rows, [...starts]])).toEqual([
      [[1], [3]],
      [[1], [4]],
    ])
    await model.release()
  })

  it('ends a row by a stop, keeps the token that stopped it, and reports alternatives that hold the greedy token', async () => {
    const { prompt, request, model } = await setUp()
    const [free] = await generate(model, request({ prompts: [prompt], alternatives: 4 }))
    for (const [step, token] of free!.tokens.entries()) {
      expect(free!.alternatives[step]).toHaveLength(4)
      expect(free!.alternatives[step]![0]).toEqual({ token, logprob: expect.closeTo(free!.logprobs[step]!, 5) })
    }
    let asked = 0
    const [stopped] = await generate(model, request({ prompts: [prompt], stops: () => ++asked === 4 }))
    expect(stopped).toMatchObject({ finish: 'stop', tokens: free!.tokens.slice(0, 4) })
    await model.release()
  })

  it('computes a row again from its first token when its rotary regime changes, with the same text', async () => {
    const { golden, prompt, request, model } = await setUp()
    const short = golden.input.tokens.slice(3, 6)
    const plain = await generate(model, request({ prompts: [prompt, short] }))
    const extended: number[] = []
    const regimes = Object.assign(Object.create(model) as typeof model, {
      regime: (length: number) => Math.floor(length / 10),
      extend: (...call: Parameters<typeof model.extend>) => {
        extended.push(call[1].seq)
        return model.extend(...call)
      },
    })
    const again = await generate(regimes, request({ prompts: [prompt, short] }))
    expect(again.map(({ tokens }) => tokens)).toEqual(plain.map(({ tokens }) => tokens))
    const restarts = extended.flatMap((seq, step) => (seq > 1 ? [[step, seq]] : []))
    expect(restarts).toEqual([
      [0, 8],
      [2, 10],
      [7, 15],
      [12, 20],
    ])
    await model.release()
  })
})
