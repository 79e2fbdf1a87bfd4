import { readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExtractionParamsSchema, type ExtractionRunParams } from '@mistudio/contracts'
import { FeatureAccumulator, FidelityAccumulator, uniform } from '@mistudio/interp/features'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Control } from '../runner/context.js'
import { Interruption } from '../runner/interruption.js'
import { type Checkpoints, openCheckpoints, restore } from './checkpoint.js'
import { type Pass, readingOrder } from './pass.js'
import { readContexts } from './reading.js'

const [D_IN, D_SAE, SIZE] = [3, 20, 128]
const accumulatorParams = {
  topExamples: 3,
  quantileExamples: 4,
  contextBefore: 3,
  contextAfter: 2,
  histogramBins: 10,
  seed: 7,
}
const params = (seed: number): ExtractionRunParams => ({
  extractionId: 'e',
  saeId: 's',
  modelPath: 'm',
  tokenizationId: 't',
  precision: 'float32',
  params: ExtractionParamsSchema.parse({ seed }),
})

/** A pass over 100 contexts whose activations are a function of token and position alone. */
function newPass(parts?: Pick<Pass, 'accumulator' | 'fidelity'>): Pass {
  return {
    source: {
      contextSize: SIZE,
      trainContexts: 100,
      heldOutContexts: 0,
      documentStarts: () => [0],
      tokens: (context) => Array.from({ length: SIZE }, (_, i) => Math.floor(uniform(1, context, i) * 50)),
    },
    capture: async (tokens) =>
      Float32Array.from({ length: tokens.length * D_IN }, (_, i) =>
        uniform(2, tokens[Math.floor(i / D_IN)]!, i % D_IN),
      ),
    encoder: {
      encode: async (x, tokens) => ({
        values: Float32Array.from({ length: tokens }, (_, i) => x[i * D_IN]!),
        indices: Int32Array.from({ length: tokens }, (_, i) => Math.floor(x[i * D_IN + 1]! * D_SAE)),
        k: 1,
      }),
      reconstruct: (_, { values }) =>
        Float32Array.from({ length: values.length * D_IN }, (_, i) => values[Math.floor(i / D_IN)]!),
    },
    accumulator: new FeatureAccumulator(D_SAE, accumulatorParams),
    fidelity: new FidelityAccumulator(D_IN),
    excludedToken: null,
    ...parts,
  }
}

const none: Checkpoints = { save: async () => {}, load: async () => null, remove: async () => {} }
/** A job whose control changes after so many progress reports. */
const job = (changesTo: Control = 'run', after = Number.POSITIVE_INFINITY) => {
  const reports: number[] = []
  return {
    reports,
    control: () => (reports.length > after ? changesTo : 'run'),
    progress: ({ fraction }: { fraction: number | null }) => void reports.push(fraction!),
  }
}

describe('readContexts', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'extraction-'))
  })
  afterEach(() => rm(folder, { recursive: true }))
  const order = readingOrder(newPass().source, { tokens: 100 * SIZE, text: 'train', seed: 3 })
  const start = { done: 0, seconds: 0 }

  it.each(['pause', 'suspend'] as const)(
    '%s keeps what was read, and going on ends as if nothing had happened',
    async (control) => {
      const whole = newPass()
      await readContexts(job(), whole, order, start, none)

      const checkpoints = openCheckpoints(folder, params(0))
      const first = readContexts(job(control, 3), newPass(), order, start, checkpoints)
      await expect(first).rejects.toMatchObject({ outcome: { state: control === 'pause' ? 'paused' : 'suspended' } })
      const checkpoint = await checkpoints.load()
      expect(checkpoint!.done).toBe(48)
      expect(readdirSync(join(folder, 'checkpoint')).sort()).toEqual(['manifest.json', 'state-48.safetensors'])
      const resumed = newPass(restore(checkpoint!, D_IN, D_SAE, accumulatorParams))
      const end = await readContexts(job(), resumed, order, checkpoint!, checkpoints)
      expect(end.done).toBe(100)
      expect(resumed.accumulator.toTensors()).toEqual(whole.accumulator.toTensors())
      expect(resumed.fidelity.result()).toEqual(whole.fidelity.result())
    },
  )

  it('cancel leaves at once, without a checkpoint', async () => {
    const checkpoints = openCheckpoints(folder, params(0))
    await expect(readContexts(job('cancel', 2), newPass(), order, start, checkpoints)).rejects.toThrow(Interruption)
    expect(await checkpoints.load()).toBeNull()
  })

  it('stop ends the reading with what there is', async () => {
    const pass = newPass()
    expect((await readContexts(job('stop', 2), pass, order, start, none)).done).toBe(32)
    expect(pass.accumulator.contexts).toBe(32)
  })

  it('reports progress that grows to one', async () => {
    const reading = job()
    await readContexts(reading, newPass(), order, start, none)
    expect(reading.reports).toEqual([0, 0.16, 0.32, 0.48, 0.64, 0.8, 0.96, 1])
  })

  it('does not take up a checkpoint of other parameters, and refuses a damaged one', async () => {
    await readContexts(job(), newPass(), order, start, openCheckpoints(folder, params(0)))
    expect(await openCheckpoints(folder, params(1)).load()).toBeNull()
    const path = join(folder, 'checkpoint', 'state-100.safetensors')
    const { length } = await import('node:fs').then(({ readFileSync }) => readFileSync(path))
    writeFileSync(path, Buffer.alloc(length))
    await expect(openCheckpoints(folder, params(0)).load()).rejects.toMatchObject({ code: 'file_corrupt' })
  })
})
