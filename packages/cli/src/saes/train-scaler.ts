// The normalisation of a training case's batches: ours from the estimation batches against the file's.
import type { SafetensorsFile } from '@mistudio/formats'
import { expectedAverageScaler, type Scaler, type TrainableSae, whiteningScaler } from '@mistudio/interp/saes'
import type { Check } from '../checks.js'
import type { Checks } from './compare.js'

/** The trainer's normalisation: ours from the estimation batches, compared with the file's, and the file's used (signs are arbitrary). */
export async function scalerOf(
  sae: TrainableSae,
  golden: { readonly scaling_factor?: number | null | undefined },
  tensors: SafetensorsFile,
  checks: Checks,
): Promise<{ scaler: Scaler | null; found: Check[] }> {
  const { normalize_activations: kind, d_in: d } = sae.cfg
  if (kind === 'expected_average_only_in') {
    const own = expectedAverageScaler(await tensors.float32('x_estimate'), d)
    const factor = own.kind === 'scale' ? own.scale : Number.NaN
    const found = [checks.relative('scaling_factor', [factor], [golden.scaling_factor ?? Number.NaN], 1e-6)]
    return { scaler: { kind: 'scale', scale: golden.scaling_factor ?? factor }, found }
  }
  if (kind !== 'covariance_whitening') return { scaler: null, found: [] }
  const own = whiteningScaler(await tensors.float64('x_estimate'), d)
  const [mean, matrix, inverse] = await Promise.all(
    ['whitening.mean', 'whitening.matrix', 'whitening.inverse_matrix'].map((name) => tensors.float64(name)),
  )
  const scaler: Scaler = { kind: 'whitening', mean: mean!, matrix: matrix!, inverse: inverse! }
  if (own.kind !== 'whitening') return { scaler, found: [] }
  const found = [
    checks.relative('whitening.mean', own.mean, mean!, 1e-6),
    checks.relative(
      'whitening.matrix · transpose',
      timesOwnTranspose(own.matrix, d),
      timesOwnTranspose(matrix!, d),
      1e-5,
    ),
    checks.relative('whitening.inverse', gram(own.inverse, d), gram(inverse!, d), 1e-5),
  ]
  return { scaler, found }
}

const timesOwnTranspose = (m: Float64Array, d: number): Float64Array =>
  Float64Array.from({ length: d * d }, (_, at) => {
    let sum = 0
    for (let k = 0; k < d; k++) sum += m[Math.floor(at / d) * d + k]! * m[(at % d) * d + k]!
    return sum
  })

/** mᵀ m. */
const gram = (m: Float64Array, d: number): Float64Array =>
  timesOwnTranspose(
    Float64Array.from(m, (_, at) => m[(at % d) * d + Math.floor(at / d)]!),
    d,
  )
