// One file over a connection that misbehaves in every way we know: it ends right, nothing is lost, messages say what to do.
import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '@mistudio/contracts'
import { expect, it } from 'vitest'
import { fileUrl } from '../api.js'
import type { Fault, Seen } from '../testing/hub-server.js'
import { sha256 } from '../testing/hub-server.js'
import { noise, useRig } from '../testing/rig.js'
import { type DownloadOptions, downloadFile, heldBytes, journalOf, partialOf } from './file-download.js'

const SIZE = 1_000_003
const PIECE = 128 * 1024
const CONTENT = noise(SIZE)
const rig = useRig()

/** Downloads CONTENT into a fresh target; `more` overrides the options. */
async function run(target = join(rig.folder, randomUUID()), more: Partial<DownloadOptions> = {}) {
  const { commit } = rig.hub.add({ name: 'org/model', files: { 'model.safetensors': CONTENT } })
  const access = rig.access()
  const asked = { endpoint: rig.hub.endpoint, hasToken: false, repo: 'org/model', path: 'model.safetensors' }
  const file = { bytes: SIZE, hash: { kind: 'sha256' as const, hex: sha256(CONTENT) }, asked }
  const counted: number[] = []
  const url = fileUrl(access, 'org/model', commit, 'model.safetensors')
  const done = downloadFile({ ...file, url }, target, {
    access,
    signal: new AbortController().signal,
    pieceBytes: PIECE,
    onBytes: (bytes) => counted.push(bytes),
    ...more,
  })
  await done
  return { target, counted: counted.reduce((a, b) => a + b, 0) }
}

const failure = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  )
/** Ranges of the content itself, without the one-byte questions for the address. */
const stored = (): Seen[] => rig.hub.seen.filter(({ host, range }) => host === 'storage' && range?.end !== 1)
/** The fault for the first request of the content that fits, then none. */
function once(fault: Fault, fits: (seen: Seen) => boolean = () => true): void {
  let used = false
  rig.hub.fault = (seen) => {
    if (used || seen.host !== 'storage' || seen.range?.end === 1 || !fits(seen)) return null
    used = true
    return fault
  }
}

function expectWhole(target: string): void {
  expect(readFileSync(target).equals(CONTENT)).toBe(true)
  expect(existsSync(partialOf(target)) || existsSync(journalOf(target))).toBe(false)
}

it('fetches ranges in parallel and joins them', async () => {
  const { target, counted } = await run()
  expectWhole(target)
  expect(counted).toBe(SIZE)
  expect(stored()).toHaveLength(Math.ceil(SIZE / PIECE))
})

it.each(Array.from({ length: 11 }, (_, tenth) => tenth))(
  'goes on after a break at %i tenths of the file',
  async (tenth) => {
    const after = Math.floor((SIZE * tenth) / 10)
    once(
      { kind: 'break', after },
      ({ range }) => range !== null && range.start <= after && (after < range.end || after === SIZE),
    )
    const { target, counted } = await run()
    expectWhole(target)
    expect(counted).toBe(SIZE)
    const asked = stored().reduce((sum, { range }) => sum + (range ? range.end - range.start : 0), 0)
    // A break costs at most the rest of the range that it hit, never the file.
    expect(asked).toBeLessThanOrEqual(SIZE + PIECE)
  },
)

it('survives a connection that breaks at every tenth of the file, each time', async () => {
  const broken = new Set<number>()
  rig.hub.fault = ({ host, range }) => {
    if (host !== 'storage' || !range || range.end === 1) return null
    const tenth = Array.from({ length: 10 }, (_, i) => Math.floor((SIZE * (i + 1)) / 10)).find(
      (at) => !broken.has(at) && range.start < at && at < range.end,
    )
    if (tenth === undefined) return null
    broken.add(tenth)
    return { kind: 'break', after: tenth }
  }
  const { target, counted } = await run()
  expectWhole(target)
  expect(counted).toBe(SIZE)
  expect(broken.size).toBe(9)
})

it.each(Array.from({ length: 9 }, (_, tenth) => tenth + 1))(
  'resumes in a new process after %i tenths',
  async (tenth) => {
    const stop = new AbortController()
    const target = join(rig.folder, randomUUID())
    let came = 0
    const onBytes = (bytes: number) => {
      came += bytes
      if (came >= (SIZE * tenth) / 10) stop.abort(new Error('killed'))
    }
    expect(await failure(run(target, { signal: stop.signal, onBytes, connections: 2 }))).toMatchObject({
      message: 'killed',
    })
    expect(existsSync(target)).toBe(false)
    const held = await heldBytes(target, { bytes: SIZE, hash: { kind: 'sha256', hex: sha256(CONTENT) } })
    expect(held).toBeGreaterThan(0)
    rig.hub.seen.length = 0
    const again = await run(target)
    expectWhole(target)
    expect(again.counted).toBe(SIZE)
    const asked = stored().reduce((sum, { range }) => sum + (range ? range.end - range.start : 0), 0)
    expect(asked).toBe(SIZE - held)
  },
)

it('takes nothing from a torn journal line and starts over with a touched journal', async () => {
  const target = join(rig.folder, randomUUID())
  const stop = new AbortController()
  let came = 0
  const onBytes = (bytes: number) => {
    came += bytes
    if (came > SIZE / 2) stop.abort(new Error('killed'))
  }
  await failure(run(target, { signal: stop.signal, onBytes, connections: 1 }))
  const journal = readFileSync(journalOf(target), 'utf8')
  truncateSync(journalOf(target), statSync(journalOf(target)).size - 3)
  const want = { bytes: SIZE, hash: { kind: 'sha256' as const, hex: sha256(CONTENT) } }
  expect(await heldBytes(target, want)).toBeLessThan(came)
  writeFileSync(journalOf(target), `${journal}5 nonsense\n`)
  expect(await heldBytes(target, want)).toBe(0)
  await run(target)
  expectWhole(target)
})

it('asks again for what a truncated range left out', async () => {
  once({ kind: 'truncate', after: PIECE + 1000 }, ({ range }) => range?.start === PIECE)
  const { target } = await run()
  expectWhole(target)
  expect(stored().map(({ range }) => range?.start)).toContain(PIECE + 1000)
})

it('refuses a content whose hash does not fit, keeps nothing and says so', async () => {
  const target = join(rig.folder, randomUUID())
  rig.hub.fault = ({ range }) => (range?.start === 0 && range.end > 1 ? { kind: 'corrupt' } : null)
  const error = await failure(run(target))
  expect(error).toBeInstanceOf(AppError)
  expect(error).toMatchObject({ code: 'hub_invalid', details: { expected: sha256(CONTENT) } })
  expect(String(error)).toMatch(/SHA-256.*Nothing of it is kept/s)
  expect([target, partialOf(target), journalOf(target)].filter((path) => existsSync(path))).toEqual([])
})

it('fetches once more when one bit was wrong on the way', async () => {
  once({ kind: 'corrupt' })
  const { target, counted } = await run()
  expectWhole(target)
  expect(counted).toBe(SIZE)
})

it('waits as long as a 429 asks, then goes on', async () => {
  const waits: number[] = []
  once({ kind: 'status', status: 429, headers: { 'retry-after': '1' } })
  const { target } = await run(undefined, { onWait: (ms) => waits.push(ms) })
  expectWhole(target)
  expect(Math.max(...waits)).toBeGreaterThanOrEqual(1000)
})

it('gives up at once when a 429 asks for longer than anyone waits, and tells how long', async () => {
  rig.hub.fault = ({ host }) =>
    host === 'hub' ? { kind: 'status', status: 429, headers: { 'retry-after': '3600' } } : null
  const error = await failure(run())
  expect(error).toMatchObject({ code: 'hub_busy' })
  expect(String(error)).toMatch(/60 minutes/)
})

it.each([500, 502, 503, 504])('passes over a %i', async (status) => {
  once({ kind: 'status', status })
  expectWhole((await run()).target)
})

it('ends with a message when the hub keeps failing, and keeps what came', async () => {
  const target = join(rig.folder, randomUUID())
  let content = 0
  rig.hub.fault = ({ host, range }) =>
    host === 'storage' && range?.end !== 1 && ++content > 3 ? { kind: 'status', status: 503 } : null
  const error = await failure(run(target, { connections: 1 }))
  expect(error).toMatchObject({ code: 'hub_busy' })
  expect(String(error)).toMatch(/503.*what arrived is kept/s)
  rig.hub.fault = () => null
  rig.hub.seen.length = 0
  await run(target)
  expectWhole(target)
  expect(stored()).toHaveLength(Math.ceil(SIZE / PIECE) - 3)
})

it('asks the hub for a new link when the signed one has expired', async () => {
  let content = 0
  rig.hub.fault = ({ host, range }) => {
    if (host === 'storage' && range?.end !== 1 && ++content === 4) rig.hub.expireLinks()
    return null
  }
  expectWhole((await run(undefined, { connections: 1 })).target)
  expect(rig.hub.seen.filter(({ host }) => host === 'hub').length).toBeGreaterThan(1)
})

it('starts over when the content behind the address changes under way', async () => {
  let content = 0
  rig.hub.fault = ({ host, range }) =>
    host === 'storage' && range?.end !== 1 && ++content === 3 ? { kind: 'etag', etag: '"another"' } : null
  const { target, counted } = await run(undefined, { connections: 1 })
  expectWhole(target)
  expect(counted).toBe(SIZE)
})

it('takes the file in one stream from a server that ignores ranges, also after a break', async () => {
  let streams = 0
  rig.hub.fault = ({ host, range }) => {
    if (host !== 'storage') return null
    if (range === null && ++streams === 1) return { kind: 'break', after: SIZE / 2 }
    return { kind: 'ignore-range' }
  }
  const { target, counted } = await run()
  expectWhole(target)
  expect(counted).toBe(SIZE)
  expect(streams).toBe(2)
})

it('gives up on silence and goes on elsewhere', async () => {
  once({ kind: 'silence' })
  const access = { ...rig.access(), timing: { ...rig.access().timing, stallMs: 100 } }
  expectWhole((await run(undefined, { access })).target)
})

it('bears a slow connection', async () => {
  rig.hub.fault = ({ range }) => (range && range.end > 1 ? { kind: 'slow', chunkBytes: 32_768, everyMs: 1 } : null)
  expectWhole((await run()).target)
})

it('says what to do when the hub cannot be reached', async () => {
  const access = { ...rig.access(), endpoint: 'http://127.0.0.1:9' }
  const target = join(rig.folder, randomUUID())
  const file = { bytes: 1, hash: { kind: 'sha256' as const, hex: '0'.repeat(64) }, url: 'http://127.0.0.1:9/x' }
  const asked = { endpoint: access.endpoint, hasToken: false, path: 'x' }
  const error = await failure(
    downloadFile({ ...file, asked }, target, { access, signal: new AbortController().signal }),
  )
  expect(error).toMatchObject({ code: 'hub_unreachable' })
  expect(String(error)).toMatch(/HF_ENDPOINT/)
})

it('ends when bytes only trickle, although each try brings a few', async () => {
  const timing = { ...rig.access().timing, attempts: 3, paceBytes: 4096, paceMs: 40 }
  rig.hub.fault = ({ host, range }) =>
    host === 'storage' && range?.end !== 1 ? { kind: 'slow', chunkBytes: 1, everyMs: 10 } : null
  expect(await failure(run(undefined, { access: { ...rig.access(), timing } }))).toMatchObject({
    code: 'hub_unreachable',
  })
})
