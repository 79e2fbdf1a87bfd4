// The list of tensors as it is shown: filtered, and statistics as facts. Pure.
import type { ModelTensor, NormQuantiles, TensorStatistics } from '@mistudio/contracts'
import { formatNumber, formatPercent, formatValue } from '../../ui/format.js'

export type PartFilter = 'all' | 'unused' | NonNullable<ModelTensor['part']>

const partOf = ({ part }: ModelTensor): Exclude<PartFilter, 'all'> => part ?? 'unused'

export const filterTensors = (tensors: readonly ModelTensor[], search: string, part: PartFilter): ModelTensor[] =>
  tensors.filter(
    (tensor) =>
      (part === 'all' || partOf(tensor) === part) && tensor.name.toLowerCase().includes(search.trim().toLowerCase()),
  )

/** Parts that occur, for the filter. */
export const partsIn = (tensors: readonly ModelTensor[]): PartFilter[] => ['all', ...new Set(tensors.map(partOf))]

export const shapeText = ({ shape }: Pick<ModelTensor, 'shape'>): string =>
  shape.length === 0 ? 'scalar' : shape.map((dim) => formatNumber(dim)).join(' × ')

/** Quantiles that are shown of row and column norms. */
export const NORM_COLUMNS: readonly (readonly [label: string, of: (norms: NormQuantiles) => number])[] = [
  ['least', ({ min }) => min],
  ['25 %', ({ p25 }) => p25],
  ['median', ({ median }) => median],
  ['75 %', ({ p75 }) => p75],
  ['greatest', ({ max }) => max],
]

/** Label and value of everything that was measured. */
export function statisticFacts(found: TensorStatistics): (readonly [string, string])[] {
  const { count, notFinite, zeros, mean, std, min, max, norm, kurtosis } = found
  return [
    ['Values', formatNumber(count)],
    ['Not finite', notFinite === 0 ? 'none' : formatNumber(notFinite)],
    ['Mean', formatValue(mean)],
    ['Standard deviation', formatValue(std)],
    ['Least and greatest', `${formatValue(min)} to ${formatValue(max)}`],
    ['L2 norm', formatValue(norm)],
    ['Exactly zero', zeros === 0 ? 'none' : `${formatNumber(zeros)} (${formatPercent(zeros / count)})`],
    ['Excess kurtosis', kurtosis === null ? 'all values are equal' : formatValue(kurtosis)],
  ]
}
