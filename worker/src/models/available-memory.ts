// Memory that this process can still get: what the machine has free, and what the limits of its control groups (containers) leave.
import { readFileSync } from 'node:fs'
import { freemem } from 'node:os'
import { dirname, join } from 'node:path'

/** Text of a file, or null when there is none. */
export type ReadText = (path: string) => string | null

const CGROUPS = '/sys/fs/cgroup'
/** Limits from here on mean: none (version 1 writes a huge number). */
const NO_LIMIT = 2 ** 60

interface GroupFiles {
  readonly limit: string
  readonly usage: string
  /** Line of memory.stat that counts file pages the kernel gives up first. */
  readonly reclaimable: string
}
const VERSION_2: GroupFiles = { limit: 'memory.max', usage: 'memory.current', reclaimable: 'inactive_file' }
const VERSION_1: GroupFiles = {
  limit: 'memory.limit_in_bytes',
  usage: 'memory.usage_in_bytes',
  reclaimable: 'total_inactive_file',
}

const numberIn = (text: string | null): number | null => {
  const value = Number(text?.trim() || Number.NaN)
  return Number.isFinite(value) ? value : null
}

/** Bytes below the limit of one group; null when it has none. Cached file pages count as free: the kernel gives them up. */
function headroom(folder: string, files: GroupFiles, read: ReadText): number | null {
  const limit = numberIn(read(join(folder, files.limit)))
  const usage = numberIn(read(join(folder, files.usage)))
  if (limit === null || usage === null || limit >= NO_LIMIT) return null
  const line = (read(join(folder, 'memory.stat')) ?? '')
    .split('\n')
    .find((row) => row.startsWith(`${files.reclaimable} `))
  const cached = numberIn(line?.split(' ')[1] ?? null) ?? 0
  return Math.max(0, limit - usage + cached)
}

/** A group's folder and those above it, all of which limit the process. */
function withParents(mount: string, group: string): string[] {
  const folders = [join(mount, group)]
  while (folders.at(-1) !== mount && folders.length < 64) folders.push(dirname(folders.at(-1)!))
  return folders
}

/** Bytes that the control groups of this process leave; null without limits (or where there are no such groups). */
export function groupHeadroom(read: ReadText): number | null {
  const left = (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [id, controllers, ...rest] = line.split(':')
    const group = rest.join(':')
    if (id === '0' && controllers === '')
      return withParents(CGROUPS, group).map((folder) => headroom(folder, VERSION_2, read))
    if (!controllers?.split(',').includes('memory')) return []
    return withParents(join(CGROUPS, 'memory'), group).map((folder) => headroom(folder, VERSION_1, read))
  })
  const limits = left.filter((bytes) => bytes !== null)
  return limits.length > 0 ? Math.min(...limits) : null
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR') return null
    throw error
  }
}

/** Bytes. */
export const availableMemory = (): number => Math.min(freemem(), groupHeadroom(readText) ?? Number.POSITIVE_INFINITY)
