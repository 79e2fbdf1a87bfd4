// Intervals against textbook formulas and against plain loops over the tokens.
import { describe, expect, it } from 'vitest'
import { evaluateSae } from '../evaluation.js'
import { estimatesOf, fvuGain } from './estimates.js'
import { type Estimate, effectiveNumber, jackknife, LEAST_DOCUMENTS, studentQuantile } from './jackknife.js'
import { SumsByUnit, type UnitSums } from './sums.js'
import { leaveOutUnits } from './units.js'

describe('intervals', () => {
  it('of a mean are mean ± t · s / √n', () => {
    const values = [3, 1, 4, 1, 5, 9, 2, 6]
    const n = values.length
    const mean = values.reduce((a, b) => a + b) / n
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1))
    const total = mean * n
    const found = jackknife(
      mean,
      values.map((value) => (total - value) / (n - 1)),
    )
    expect(found.low).toBeCloseTo(mean - (studentQuantile(n - 1) * deviation) / Math.sqrt(n), 10)
    expect(found.high).toBeCloseTo(mean + (studentQuantile(n - 1) * deviation) / Math.sqrt(n), 10)
  })

  it('use the t that tables give', () => {
    for (const [degrees, t] of [
      [4, 2.776],
      [7, 2.365],
      [10, 2.228],
      [30, 2.042],
      [1000, 1.962],
    ] as const) {
      expect(Math.abs(studentQuantile(degrees) / t - 1)).toBeLessThan(0.005)
    }
  })

  it('are not given for three documents or figures that are not finite', () => {
    expect(jackknife(1, [1, 1, 1])).toEqual({ value: 1, low: null, high: null })
    expect(jackknife(1, [1, 2, Number.NaN, 1])).toEqual({ value: 1, low: null, high: null })
  })

  it('count documents by their size: one that outweighs the others is no several', () => {
    expect(effectiveNumber([1, 1, 1, 1])).toBe(4)
    expect(effectiveNumber([100, 1, 1, 1])).toBeLessThan(LEAST_DOCUMENTS)
    expect(jackknife(1, [1, 2, 3, 4], [100, 1, 1, 1]).low).toBeNull()
    const equal = jackknife(1, [1, 2, 3, 4], [7, 7, 7, 7])
    expect(equal).toEqual(jackknife(1, [1, 2, 3, 4]))
  })
})

describe('units', () => {
  it('are documents, in the order of the text, whatever contexts they lie in', () => {
    const { documents, units } = leaveOutUnits([Int32Array.of(7, 7, 9, 9), Int32Array.of(9, 9, 4, 4)])
    expect(documents).toBe(3)
    expect(units.map((batch) => [...batch])).toEqual([
      [0, 0, 1, 1],
      [1, 1, 2, 2],
    ])
  })

  it('are groups of neighbouring documents where there are more than can be kept', () => {
    const { documents, units } = leaveOutUnits([Int32Array.from({ length: 10 }, (_, i) => i)], 4)
    expect(documents).toBe(10)
    expect([...units[0]!]).toEqual([0, 0, 0, 1, 1, 2, 2, 2, 3, 3])
  })
})

/** Numbers between 0 and 1, always the same. */
const draws = (seed: number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** Six contexts of eight tokens, cut through eight documents of unequal length; token 0 counts nowhere. */
function text() {
  const random = draws(5)
  const [seq, contexts, width, dSae] = [8, 6, 3, 5]
  const rows = seq * contexts
  const floats = (length: number) => Float32Array.from({ length }, () => random() - 0.4)
  const ends = [5, 9, 17, 22, 28, 37, 41, 48]
  const documents = Int32Array.from({ length: rows }, (_, row) => 100 + ends.findIndex((end) => row < end))
  const tokens = Int32Array.from({ length: rows }, (_, row) => (row % 7 === 0 ? 0 : 1 + (row % 3)))
  const predictions = contexts * (seq - 1)
  const losses = { clean: floats(predictions), spliced: floats(predictions), everywhere: floats(predictions) }
  const zero = floats(predictions).map((value) => value + 2)
  const code = {
    k: 2,
    values: floats(rows * 2).map((value) => (value < 0 ? 0 : value)),
    indices: new Int32Array(rows * 2),
  }
  return {
    seq,
    contexts,
    width,
    dSae,
    rows,
    documents,
    tokens,
    losses: { ...losses, zero },
    code,
    x: floats(rows * width),
    made: floats(rows * width),
    kl: floats(rows),
  }
}

/** The figures by their definitions, over the tokens for which `kept` says yes. */
function plain(given: ReturnType<typeof text>, kept: (document: number) => boolean) {
  const { seq, rows, width, documents, tokens, losses, code, x, made, kl } = given
  const of = Array.from({ length: rows }, (_, row) => row).filter((row) => kept(documents[row]!))
  const counted = of.filter((row) => tokens[row] !== 0)
  const dims = Array.from({ length: width }, (_, i) => i)
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length
  const centre = dims.map((i) => mean(counted.map((row) => x[row * width + i]!)))
  const sum = (row: number, f: (i: number) => number) => dims.reduce((total, i) => total + f(row * width + i), 0)
  const error = mean(counted.map((row) => sum(row, (at) => (x[at]! - made[at]!) ** 2)))
  const variance = mean(counted.map((row) => dims.reduce((t, i) => t + (x[row * width + i]! - centre[i]!) ** 2, 0)))
  const predicting = (list: readonly number[]) => list.filter((row) => row % seq < seq - 1)
  const ce = (list: readonly number[], run: Float32Array) =>
    mean(predicting(list).map((row) => run[Math.floor(row / seq) * (seq - 1) + (row % seq)]!))
  const recovered = (list: readonly number[], run: Float32Array) =>
    (ce(list, losses.zero) - ce(list, run)) / (ce(list, losses.zero) - ce(list, losses.clean))
  return {
    fvu: error / variance,
    l0: mean(counted.map((row) => [0, 1].filter((i) => code.values[row * 2 + i] !== 0).length)),
    kl: mean(counted.map((row) => kl[row]!)),
    ceSae: ce(counted, losses.spliced),
    ceRecovered: recovered(counted, losses.spliced),
    everyPosition: recovered(of, losses.everywhere),
  }
}

describe('estimates of an evaluation', () => {
  const given = text()
  const { seq, width, dSae, tokens, losses, documents } = given
  /** @param zero Losses with zeros at the site. */
  const evaluate = async (zero = losses.zero, known?: Parameters<typeof evaluateSae>[0]['known']) => {
    const batch = { tokens, batch: given.contexts, seq }
    const { units } = leaveOutUnits([documents])
    const request = { batches: [batch], units, klBatches: 1, counted: (token: number) => token !== 0 }
    return evaluateSae(
      known ? { ...request, known } : request,
      {
        activations: async () => ({ x: given.x, target: given.x }),
        losses: async (_, replacement) => {
          if (replacement === null) return losses.clean
          if (replacement.every((value) => value === 0)) return zero
          return replacement.every((value, i) => value === given.made[i]) ? losses.everywhere : losses.spliced
        },
        divergence: async () => given.kl,
      },
      { dOut: width, dSae, encode: async () => given.code, reconstruct: () => given.made },
    )
  }
  const names = [...new Set(documents)]
  const whole = plain(given, () => true)
  const without = names.map((name) => plain(given, (document) => document !== name))
  const sizes = names.map((name) => documents.filter((one, row) => one === name && tokens[row] !== 0).length)

  it('leave out one whole document at a time, and equal plain loops over the tokens', async () => {
    const { estimates } = (await evaluate()).figures
    const agrees = (found: Estimate, name: keyof typeof whole) => {
      const wanted = jackknife(
        whole[name],
        without.map((figures) => figures[name]),
        sizes,
      )
      expect(wanted.low).not.toBeNull()
      for (const bound of ['value', 'low', 'high'] as const) expect(found[bound], name).toBeCloseTo(wanted[bound]!, 6)
    }
    for (const name of ['fvu', 'l0', 'kl', 'ceSae', 'ceRecovered'] as const) agrees(estimates[name], name)
    agrees(estimates.everyPosition.ceRecovered, 'everyPosition')
    expect(estimates.explainedVariance.value).toBeCloseTo(1 - whole.fvu, 9)
    expect(estimates.explainedVarianceLegacy).toMatchObject({ low: null, high: null })
  })

  it('are the same with losses that an earlier evaluation left', async () => {
    const first = await evaluate()
    const second = await evaluate(new Float32Array(losses.zero.length), first.known)
    expect(second.figures.estimates).toEqual(first.figures.estimates)
  })

  it('give no share of CE recovered where zeros help, or do not clearly hurt', async () => {
    const helping = losses.clean.map((value) => value - 2.5)
    const mild = losses.clean.map((value, n) => value + (n % 2 === 0 ? 0.4 : -0.4))
    for (const zero of [helping, mild]) {
      const { ceRecovered, ceZero, everyPosition } = (await evaluate(zero)).figures.estimates
      expect(ceZero.value).not.toBeNaN()
      expect(ceRecovered).toEqual({ value: Number.NaN, low: null, high: null })
      expect(everyPosition.ceRecovered.value).toBeNaN()
    }
  })
})

it('the gain of another reading is the difference of both FVUs, left out together', () => {
  const { seq, contexts, width, documents, x, made, code } = text()
  const { units } = leaveOutUnits([documents])
  const sumsOf = (reconstruction: Float32Array): UnitSums[] => {
    const sums = new SumsByUnit(width)
    sums.addReconstruction({
      batch: contexts,
      seq,
      x,
      target: x,
      reconstruction,
      code,
      counted: () => true,
      units: units[0]!,
    })
    return sums.result()
  }
  const [here, there] = [sumsOf(made), sumsOf(made.map((value, i) => (value + x[i]!) / 2))]
  const gain = fvuGain(here, there)
  expect(gain.value).toBeCloseTo(estimatesOf(here).fvu.value - estimatesOf(there).fvu.value, 12)
  expect(gain.low).toBeGreaterThan(0)
  expect(fvuGain(here, here)).toEqual({ value: 0, low: 0, high: 0 })
})
