// sae.inspect: what files hold before anything is stored. Of the hub only the configuration is fetched, so what only weights say is null.
import { basename } from 'node:path'
import { type SaeInspection, type SaeSource } from '@mistudio/contracts'
import {
  gemmaScopePlace,
  type ListedSae,
  llamaScopeCfg,
  parseJsonBytes,
  sparsifyCfg,
  sparsifyPlace,
} from '@mistudio/formats'
import { parseSaeCfg } from '@mistudio/interp/saes'
import { withSaeErrors } from '../features/index.js'
import { BRISK, type HubWorld, hubWorld, type RepoFile, smallFile, withControl } from '../hub/index.js'
import { pipeline } from '../runner/context.js'
import { declaredBy, declaredIn, dOutOf, kOf } from './declared.js'
import { listRepoSaes, saeAt } from './hub-source.js'
import { openSaeFiles, placeOf, suggestedName } from './open-files.js'

const MAX_CONFIG_BYTES = 2 ** 20

export const inspectSaePipeline = pipeline('sae.inspect', {
  run: (context) =>
    withControl(context, async (signal) => {
      const { source } = context.job.params
      const result =
        source.kind === 'folder'
          ? await inspectFolder(source.path)
          : await inspectHub(await hubWorld(context, BRISK), source, signal)
      return { state: 'completed', result }
    }),
})

/** Reads headers only. @throws AppError for folders that hold no SAE we read. */
export async function inspectFolder(path: string): Promise<SaeInspection> {
  const origin = { kind: 'folder' as const, path }
  const { layout, cfg, files } = await openSaeFiles(path, path)
  return {
    origin,
    layout,
    suggestedName: suggestedName(origin),
    architecture: cfg.architecture,
    dIn: cfg.d_in,
    dOut: dOutOf(cfg),
    dSae: cfg.d_sae,
    k: kOf(cfg),
    declared: declaredBy(cfg),
    files: [...files],
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  }
}

type HubSource = Extract<SaeSource, { kind: 'hub' }>

async function inspectHub(world: HubWorld, source: HubSource, signal: AbortSignal): Promise<SaeInspection> {
  const { repo, revision } = source
  const listed = await listRepoSaes(world, repo, revision, signal)
  const sae = saeAt(listed, repo, source.path)
  const origin = { kind: 'hub' as const, repo, revision, commit: listed.commit, path: sae.path }
  const config = sae.files.find(({ path }) => ['cfg.json', 'hyperparams.json'].includes(basename(path)))
  const json = config
    ? parseJsonBytes(
        await smallFile(world.access, { repo, commit: listed.commit, file: config }, MAX_CONFIG_BYTES, signal),
        config.path,
      )
    : null
  return {
    origin,
    layout: sae.layout,
    suggestedName: suggestedName(origin),
    ...(await withSaeErrors(async () => describeConfig(sae, json, placeOf(origin)))),
    files: sae.files.map(({ path, bytes }) => ({ path, bytes })),
    bytes: sae.bytes,
  }
}

type Described = Omit<SaeInspection, 'origin' | 'layout' | 'suggestedName' | 'files' | 'bytes'>

/** What a configuration and a path say without weights. */
function describeConfig({ layout }: ListedSae<RepoFile>, json: unknown, place: string): Described {
  if (layout === 'saelens') {
    const cfg = parseSaeCfg(json)
    const sizes = { dIn: cfg.d_in, dOut: dOutOf(cfg), dSae: cfg.d_sae }
    return { architecture: cfg.architecture, ...sizes, k: kOf(cfg), declared: declaredBy(cfg) }
  }
  const unknown = { architecture: null, dIn: null, dOut: null, dSae: null, k: null }
  if (layout === 'sparsify') {
    const { d_in: dIn, num_latents, k, transcode } = sparsifyCfg(json, place)
    const declared = declaredIn(sparsifyPlace(basename(place), transcode), 'none', k)
    return {
      ...unknown,
      architecture: transcode ? 'topk_transcoder' : 'topk',
      dIn,
      dSae: num_latents || null,
      k,
      declared,
    }
  }
  if (layout === 'llama_scope') {
    const { d_model: dIn, d_sae: dSae, hook_point_in: hook_name } = llamaScopeCfg(json, place)
    return { ...unknown, architecture: 'jumprelu', dIn, dSae, declared: declaredIn({ hook_name }) }
  }
  const { metadata, out } = gemmaScopePlace(place)
  return { ...unknown, architecture: out ? 'jumprelu_transcoder' : 'jumprelu', declared: declaredIn(metadata) }
}
