// activation.compare: sites of two finished captures, or of one among each other, on the tokens that both read. Short: it reads a bounded number of
// bytes and samples rows, and says how many.
import { join } from 'node:path'
import {
  type ActivationCompareParams,
  AppError,
  type CaptureComparison,
  type CaptureSite,
  MOST_PAIRS,
  planComparisons,
  type SitePair,
  type StoredSide,
} from '@mistudio/contracts'
import { readManifestFiles, verifyFiles } from '@mistudio/formats'
import { type ComparableSite, comparableSite, compareSites } from '@mistudio/interp/activations'
import { folderOf, withFileErrors } from '../files/index.js'
import { type JobContext, pipeline } from '../runner/context.js'
import { checkControl, Interruption } from '../runner/interruption.js'
import { sampledRows } from './measure.js'
import { openShard } from './shards.js'

/** Multiplications of one answer: some seconds. */
const MOST_PRODUCTS = 2e9
/** Values per token of a compared site: its products are held in memory. */
const MOST_WIDTH = 16_384
/** Activations read from one capture. */
const MOST_VALUES = 2 ** 26

type Side = StoredSide & { readonly folder: string }
type Pair = readonly [CaptureSite, CaptureSite]

export const comparePipeline = pipeline('activation.compare', {
  async run(context) {
    const { a, b, pairs } = context.job.params
    const side = (one: StoredSide): Side => ({ ...one, folder: folderOf(context.dataDir, 'captures', one.captureId) })
    try {
      return { state: 'completed', result: await withFileErrors(() => compare(context, side(a), side(b), pairs)) }
    } catch (error) {
      if (error instanceof Interruption) return error.outcome
      throw error
    }
  },
})

async function compare(
  context: JobContext<ActivationCompareParams>,
  a: Side,
  b: Side,
  asked: readonly SitePair[] | null,
): Promise<CaptureComparison> {
  for (const { folder } of [a, b]) await verifyFiles(folder, await readManifestFiles(folder))
  const { pairing, pairs } = asked
    ? { pairing: 'asked' as const, pairs: asked.map(([x, y]): Pair => [siteOf(a, x), siteOf(b, y)]) }
    : pairUp(a.sites, b.sites)
  const shared = await sharedTokens(a, b)
  const [ofA, ofB] = [new Set(pairs.map(([x]) => x)), new Set(pairs.map(([, y]) => y))]
  const widest = Math.max(...[ofA, ofB].map((sites) => [...sites].reduce((sum, { width }) => sum + width, 0)))
  const contexts = Math.floor(Math.min(shared, MOST_VALUES / widest) / a.contextSize)
  const tokens = Math.max(1, contexts) * a.contextSize
  const work = {
    widths: [...ofA, ...ofB].map(({ width }) => width),
    pairs: pairs.map(([x, y]) => [x.width, y.width] as const),
  }
  const broad = [...ofA, ...ofB].find(({ width }) => width > MOST_WIDTH)
  if (broad) {
    const product = `${broad.width} \u00d7 ${broad.width}`
    throw new AppError(
      'bad_request',
      `${broad.name} has ${broad.width} values per token; a comparison multiplies ${product} of them, and takes sites of at most ${MOST_WIDTH}.`,
    )
  }
  const { stride } = planComparisons(tokens, a.contextSize, work, MOST_PRODUCTS)
  const ready = remember(async (side, site) =>
    comparableSite(await sampledRows(side, site, tokens, stride), site.width),
  )
  const found: CaptureComparison['pairs'] = []
  for (const [x, y] of pairs) {
    checkControl(context.control())
    const [ours, theirs] = [await ready(a, x), await ready(b, y)]
    found.push({ a: x.name, b: y.name, tokens: ours.values.length / x.width, ...compareSites(ours, theirs) })
  }
  return { a: a.captureId, b: b.captureId, sharedTokens: shared, sampledFrom: tokens, pairing, pairs: found }
}

function siteOf({ sites }: Side, name: string): CaptureSite {
  const site = sites.find((one) => one.name === name)
  if (site) return site
  throw new AppError(
    'site_unknown',
    `The capture has no site ${name}; it has ${sites.map((one) => one.name).join(', ')}.`,
  )
}

/** Every site with every other while there are few; namesakes beyond. */
function pairUp(a: readonly CaptureSite[], b: readonly CaptureSite[]) {
  const all: Pair[] = a.flatMap((x) => b.map((y): Pair => [x, y]))
  if (all.length <= MOST_PAIRS) return { pairing: 'all' as const, pairs: all }
  const pairs = all.filter(([x, y]) => x.name === y.name)
  if (pairs.length > 0) return { pairing: 'same_name' as const, pairs }
  throw new AppError(
    'bad_request',
    `The two captures have ${all.length} pairs of sites and no site of the same name. Compare captures with at most ${MOST_PAIRS} pairs.`,
  )
}

/**
 * Tokens from the beginning that both captures hold, in contexts of the same size.
 * @throws AppError `tokenization_mismatch` at the first token that differs.
 */
async function sharedTokens(a: Side, b: Side): Promise<number> {
  const refuse = (what: string) =>
    new AppError(
      'tokenization_mismatch',
      `${what} Two captures can be compared when they read the same tokens: the same split of the same text, tokenized alike.`,
    )
  if (a.contextSize !== b.contextSize) {
    throw refuse(`Their contexts have ${a.contextSize} and ${b.contextSize} tokens.`)
  }
  const [x, y] = [await tokensOf(a), await tokensOf(b)]
  const shared = Math.min(x.length, y.length)
  for (let i = 0; i < shared; i++) {
    if (x[i] !== y[i]) throw refuse(`They differ from token ${i} on (id ${x[i]} and ${y[i]}).`)
  }
  return shared
}

/** Token ids of all rows; exact as float32, being below 2²⁴. */
async function tokensOf({ folder, shards, format, tokens }: Side): Promise<Float32Array> {
  const out = new Float32Array(tokens)
  let at = 0
  for (const name of shards) {
    const ids = await (await openShard(join(folder, name), format)).float32('tokens')
    out.set(ids, at)
    at += ids.length
  }
  return out
}

/** Reads and prepares each site once for all its pairs. */
function remember(read: (side: Side, site: CaptureSite) => Promise<ComparableSite>) {
  const known = new Map<string, Promise<ComparableSite>>()
  return (side: Side, site: CaptureSite): Promise<ComparableSite> => {
    const key = `${side.captureId} ${site.name}`
    const found = known.get(key) ?? read(side, site)
    known.set(key, found)
    return found
  }
}
