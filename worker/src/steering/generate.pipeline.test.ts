import { fileURLToPath } from 'node:url'
import {
  type CompletionDetails,
  CompletionDetailsSchema,
  type SteeringGenerateParams,
  SteeringResultSchema,
  SteeringTokensSchema,
} from '@mistudio/contracts'
import { afterAll, describe, expect, it } from 'vitest'
import { modelStore } from '../models/index.js'
import type { Control, JobContext } from '../runner/context.js'
import { generatePipeline } from './generate.pipeline.js'

const DEMO = fileURLToPath(new URL('../../../demo/tiny-stories-1m', import.meta.url))
const PARAMS = {
  steeringId: '0190b5a0-0000-7000-8000-000000000002',
  modelPath: DEMO,
  saeId: null,
  site: null,
  prompt: 'Once upon a time',
  variants: [],
  alternatives: 3,
  sampling: { maxTokens: 8, temperature: 0.7, topK: 0, topP: 0.95, minP: 0, repetitionPenalty: 1, seed: 0 },
}

/** A job context over a one-row table `steering`; records events and writes. */
function job(change: { params?: object; result?: unknown; deleted?: boolean; control?: () => Control } = {}) {
  const seen = { events: [] as unknown[], written: [] as unknown[][] }
  const context = {
    job: { params: generatePipeline.parse({ ...PARAMS, ...change.params }) },
    threads: 1,
    dataDir: '/nowhere',
    db: { query: async () => ({ rows: change.deleted ? [] : [{ result: change.result ?? null }] }) },
    control: change.control ?? (() => 'run'),
    progress: () => undefined,
    event: (_type: string, payload: unknown) => seen.events.push(payload),
    commit: (work: (tx: unknown) => unknown) =>
      work({
        query: async (_sql: string, values: unknown[]) => {
          seen.written.push(values)
          return { rows: [] }
        },
      }),
  }
  return { ...seen, run: () => generatePipeline.run(context as unknown as JobContext<SteeringGenerateParams>) }
}

afterAll(() => modelStore.release())

describe('steering.generate', () => {
  it('streams text, stores the result once and repeats itself for the same seed', async () => {
    const first = job()
    const outcome = await first.run()
    expect(outcome.state).toBe('completed')
    expect(first.written).toHaveLength(1)
    const [id, json, details] = first.written[0] as [string, string, string]
    const [{ logprobs, alternatives }] = CompletionDetailsSchema.array().min(1).parse(JSON.parse(details)) as [
      CompletionDetails,
    ]
    expect([logprobs.length, alternatives.map((step) => step.length)]).toEqual([8, new Array(8).fill(3)])
    expect(outcome).toMatchObject({ result: { completions: [{ logprobs: [], alternatives: [] }] } })
    const { completions } = SteeringResultSchema.parse(JSON.parse(json))
    expect(id).toBe(PARAMS.steeringId)
    const streamed = first.events.flatMap((event) => SteeringTokensSchema.parse(event).rows)
    expect(streamed.map(({ text }) => text).join('')).toBe(completions[0]!.text)
    expect(streamed.at(-1)?.done).toBe(true)
    const again = job()
    await again.run()
    expect(SteeringResultSchema.parse(JSON.parse(again.written[0]![1] as string)).completions[0]!.text).toBe(
      completions[0]!.text,
    )
  })

  it('answers with the result of an earlier attempt without generating again', async () => {
    const result = { completions: [], milliseconds: 5 }
    const done = job({ result })
    expect(await done.run()).toEqual({ state: 'completed', result })
    expect([done.events, done.written]).toEqual([[], []])
  })

  it('writes nothing when cancelled or suspended, keeps the text so far when stopped', async () => {
    for (const [control, state] of [
      ['cancel', 'cancelled'],
      ['suspend', 'suspended'],
    ] as const) {
      const cut = job({ control: () => control })
      expect(await cut.run()).toEqual({ state })
      expect(cut.written).toEqual([])
    }
    let asked = 0
    const stopped = job({ control: () => (++asked > 3 ? 'stop' : 'run') })
    expect((await stopped.run()).state).toBe('completed')
    const { completions } = SteeringResultSchema.parse(JSON.parse(stopped.written[0]![1] as string))
    expect(completions[0]).toMatchObject({ finish: 'cancelled' })
    expect(completions[0]!.tokens.length - completions[0]!.promptTokens).toBe(3)
  })

  it('refuses deleted experiments, features without an SAE and prompts that fill the context', async () => {
    await expect(job({ deleted: true }).run()).rejects.toMatchObject({ code: 'not_found' })
    const variants = [{ features: [{ index: 0, strength: 1, maxActivation: 1 }] }]
    await expect(job({ params: { variants } }).run()).rejects.toMatchObject({ code: 'bad_request' })
    await expect(job({ params: { prompt: 'word '.repeat(400) } }).run()).rejects.toMatchObject({
      code: 'prompt_invalid',
    })
  })
})
