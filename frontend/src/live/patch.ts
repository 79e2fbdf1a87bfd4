// What a live `job` message does to cached answers: pure functions, so that they can be tested without a socket.
import type { Job } from '@mistudio/contracts'

interface WithJob {
  id: string
  job: Job | null
}
const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const hasJob = (value: unknown): value is WithJob =>
  isRecord(value) && typeof value['id'] === 'string' && 'job' in value

/** Whether `next` is the later word on the same or a newer job than `held`. Messages may arrive twice or late. */
export const supersedes = (held: Job | null, next: Job): boolean => {
  if (!held) return true
  if (held.id !== next.id) return Date.parse(next.createdAt) >= Date.parse(held.createdAt)
  return next.seq >= held.seq && next.attempt >= held.attempt
}

const patchOne = (value: unknown, job: Job): unknown =>
  hasJob(value) && value.id === job.subjectId && supersedes(value.job, job) ? { ...value, job } : value

/**
 * The cached answer of a room (one subject, a list or a page of them) with the subject's embedded job renewed. Same object when nothing
 * changed.
 */
export const patchSubject = (cached: unknown, job: Job): unknown => {
  if (isRecord(cached) && Array.isArray(cached['items'])) {
    const items = patchSubject(cached['items'], job)
    return items === cached['items'] ? cached : { ...cached, items }
  }
  if (!Array.isArray(cached)) return patchOne(cached, job)
  let changed = false
  const next = cached.map((item: unknown) => {
    const patched = patchOne(item, job)
    changed ||= patched !== item
    return patched
  })
  return changed ? next : cached
}

const isJob = (value: unknown): value is Job => isRecord(value) && 'queue' in value && 'subjectType' in value

/** The cached answer of the jobs room (one job, or a page `{items, meta}`) with this job renewed. */
export const patchJobs = (cached: unknown, job: Job): unknown => {
  if (isJob(cached)) return cached.id === job.id && supersedes(cached, job) ? job : cached
  if (!isRecord(cached) || !Array.isArray(cached['items'])) return cached
  const items: unknown[] = cached['items']
  const at = items.findIndex((item) => isJob(item) && item.id === job.id)
  const held = items[at]
  if (!isJob(held) || !supersedes(held, job)) return cached
  return { ...cached, items: items.with(at, job) }
}
