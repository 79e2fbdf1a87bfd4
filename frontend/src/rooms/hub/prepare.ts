// What the hub's answers look like on screen: pure.
import {
  type HubInspectionAnswer,
  HubRepoSchema,
  HubRevisionSchema,
  type HubSearchQuery,
  type ModelMemory,
} from '@mistudio/contracts'
import { formatBytes } from '../../ui/format.js'

export const SORTS: readonly { value: HubSearchQuery['sort']; label: string }[] = [
  { value: 'downloads', label: 'Most downloads' },
  { value: 'likes', label: 'Most likes' },
  { value: 'trendingScore', label: 'Trending' },
  { value: 'lastModified', label: 'Newest' },
]
export const sortOf = (text: string | null): HubSearchQuery['sort'] =>
  SORTS.find(({ value }) => value === text)?.value ?? 'downloads'

/** The repository that a search text names exactly (`org/name`, or its address), so that it can be opened although no search finds it. */
export const namedRepo = (text: string): string | null => {
  const path = text
    .trim()
    .replace(/^https?:\/\/[^/]+\//, '')
    .replace(/\/(tree|blob)\/.*$|\/+$/, '')
  return path.includes('/') && HubRepoSchema.safeParse(path).success ? path : null
}

export const revisionProblem = (revision: string): string | null =>
  HubRevisionSchema.safeParse(revision).success ? null : 'A branch, a tag or a commit, such as main.'

export const shortCommit = (commit: string): string => commit.slice(0, 12)

/** Why the download cannot start now; null when it can. */
export const downloadProblem = (found: HubInspectionAnswer): string | null => {
  if (found.problem) return 'See the reason above.'
  if (found.registered) return 'This commit is added already.'
  if (found.bytesToFetch > found.freeBytes)
    return `It needs ${formatBytes(found.bytesToFetch)}, and ${formatBytes(found.freeBytes)} are free.`
  return null
}

/** `2.0 MB to fetch, 120 KB are on this computer already.` */
export const transferLine = ({ bytes, bytesToFetch }: Pick<HubInspectionAnswer, 'bytes' | 'bytesToFetch'>): string => {
  const held = bytes - bytesToFetch
  if (bytesToFetch === 0) return `All ${formatBytes(bytes)} are on this computer already: nothing is fetched.`
  return held > 0
    ? `${formatBytes(bytesToFetch)} to fetch, ${formatBytes(held)} are on this computer already.`
    : `${formatBytes(bytesToFetch)} to fetch.`
}

/** `about 494 MB of weights at float32, 170 MB at int8`: what can be had on this machine. */
export const memoryLine = ({ precisions }: ModelMemory): string =>
  `weights and loading: about ${precisions
    .filter(({ unavailable }) => unavailable === null)
    .map(({ precision, weights }) => `${formatBytes(weights)} at ${precision}`)
    .join(', ')}`

/** The option that stands for safetensors. */
const SAFETENSORS = 'safetensors'

/** What weights there are to choose from, as options: `onnx/model_fp16.onnx (ONNX export, 5.2 MB)`. */
export const variantOptions = ({ variants }: Pick<HubInspectionAnswer, 'variants'>) =>
  variants.map(({ graph, bytes }) => ({
    value: graph ?? SAFETENSORS,
    label: graph === null ? `safetensors (${formatBytes(bytes)})` : `${graph} (ONNX export, ${formatBytes(bytes)})`,
  }))
export const optionOfGraph = (graph: string | null): string => graph ?? SAFETENSORS
export const graphOfOption = (option: string): string | null => (option === SAFETENSORS ? null : option)
