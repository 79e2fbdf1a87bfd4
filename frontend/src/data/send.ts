// Changing: every route that changes something, as a function and as a mutation. What it renews follows from its path; what else it touches
// stands in one table.
import type { RestClient } from '@mistudio/client'
import { type Job, type JsonRouteName, ROUTES, type RouteName, type Routes, routeOf } from '@mistudio/contracts'
import { useMutation } from '@tanstack/react-query'
import { api, applyJob, type Key, keyOf, listOfRoute, pathKey, queryClient, renew } from '../live/index.js'
import type { Answer } from './read.js'

/** Texts as they are to be, and the version that was changed. */
interface DescribeEdit {
  readonly changes: { readonly name: string; readonly notes?: string; readonly tags?: readonly string[] }
  readonly seen: string
}

type SendName = {
  [N in JsonRouteName]: Routes[N] extends { readonly method: 'GET' } ? never : N
}[JsonRouteName]
type SendInput<N extends SendName> = NonNullable<Parameters<RestClient[N]>[0]>

/** What a change renews beside the list of its own path. */
const ALSO: Partial<Record<SendName, readonly string[]>> = {
  deleteModel: ['/folder-uploads'],
  createModel: ['/folder-uploads'],
  createSae: ['/folder-uploads'],
  createHubDownload: ['/models'],
  createTokenization: ['/tokenizations'],
  deleteDataset: ['/tokenizations'],
  deleteTokenization: ['/datasets'],
  createExtraction: ['/saes'],
  deleteExtraction: ['/saes'],
  updateFeatureList: ['/saes', '/extractions'],
  deleteFeatureList: ['/saes', '/extractions'],
  deleteSae: ['/extractions', '/trainings'],
  updateSettings: ['/files'],
  deleteKey: ['/auth/sessions'],
}
/** Changes that say what they renew themselves: a label is written into every list that shows it, a question changes nothing. */
const SILENT: ReadonlySet<SendName> = new Set<SendName>([
  'annotateFeature',
  'annotateFeatures',
  'inspectModel',
  'inspectSae',
  'previewDataset',
  'previewChat',
  'probeFeature',
  'estimateTraining',
  'inspectHub',
  'login',
  'logout',
  'useLink',
])

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isJob = (value: unknown): value is Job => isRecord(value) && 'queue' in value && 'subjectType' in value

/** The job that a change started: the answer itself, or one inside it. */
const jobIn = (answer: unknown): Job | null => {
  if (isJob(answer)) return answer
  return isRecord(answer) && isJob(answer['job']) ? answer['job'] : null
}

/** The key under which a changed thing is read, when the answer is that thing as its own route would give it. */
export const keyOfAnswer = (
  name: SendName,
  input: { params?: Record<string, string | number> },
  answer: unknown,
): Key | null => {
  const { path, response } = routeOf(name)
  const alike = (where: string): RouteName | undefined =>
    (Object.keys(ROUTES) as RouteName[]).find((other) => {
      const route = routeOf(other)
      return route.method === 'GET' && route.response === response && route.path === where
    })
  const same = alike(path)
  if (same) return keyOf(same, input)
  const one = alike(`/${path.split('/')[1]}/:id`)
  const id = isRecord(answer) ? answer['id'] : undefined
  return one && typeof id === 'string' ? keyOf(one, { params: { id } }) : null
}

/** Changes something and brings every cached answer that shows it up to date. */
export async function send<N extends SendName>(name: N, input: SendInput<N>): Promise<Answer<N>> {
  const call = api[name] as (asked: object) => Promise<Answer<N>>
  const lists = [listOfRoute(name) ?? [], ALSO[name] ?? []].flat()
  const asked = input as { params?: Record<string, string | number> }
  try {
    const answer = await call(input)
    const key = keyOfAnswer(name, asked, answer)
    if (key) queryClient.setQueryData(key, answer)
    const job = jobIn(answer)
    if (job) applyJob(job)
    if (routeOf(name).method === 'DELETE')
      queryClient.removeQueries({ queryKey: pathKey(routeOf(name).path, asked.params) })
    return answer
  } finally {
    // After a refusal as well: somebody else's change may be why.
    if (!SILENT.has(name)) void renew(...lists)
  }
}

/** `useSend('createModel')`, called with what the route takes. */
export const useSend = <N extends SendName>(name: N) =>
  useMutation({ mutationFn: (input: SendInput<N>) => send(name, input) })

/** For `DescribeDialog`: a mutation that takes the new texts and the version that their editor saw. */
export const useDescribe = (name: 'updateModel' | 'updateDataset' | 'updateSae' | 'updateTraining', id: string) =>
  useMutation({
    mutationFn: ({ changes: { tags, ...texts }, seen }: DescribeEdit) =>
      send(name, { params: { id }, body: { ...texts, ...(tags ? { tags: [...tags] } : {}) }, seen }),
  })

/** The same for what has a name alone. */
export const useRename = (name: 'updateFeatureList' | 'updateSteering', id: string) =>
  useMutation({
    mutationFn: ({ changes, seen }: DescribeEdit) => send(name, { params: { id }, body: { name: changes.name }, seen }),
  })
