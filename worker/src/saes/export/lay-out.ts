// An SAE laid out as another project stores it: files by the names they have there, most of them the product's own, the others written
// into a working folder.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, exportProblem, type SaeExportLayout } from '@mistudio/contracts'
import {
  readSaeLensFolder,
  SAELENS_CFG,
  SAELENS_SPARSITY,
  SAELENS_WEIGHTS,
  writeFileAtomic,
  writeGemmaScopeFolder,
  writeSparsifyFolder,
} from '@mistudio/formats'
import { parseSaeCfg, type SaeCfg } from '@mistudio/interp/saes'
import { z } from 'zod'
import { requireSaeWhole, withSaeErrors } from '../../features/index.js'
import { kOf, shapeOf } from '../declared.js'
import { isFileThere } from '../is-there.js'

/** A file of the layout. */
export interface LaidOutFile {
  /** Path below the top of the layout, with `/`. */
  readonly name: string
  /** Where its bytes lie now. */
  readonly path: string
  readonly bytes: number
}

export interface LayOutRequest {
  /** The SAE in the product's layout. */
  readonly folder: string
  /** Exists and is empty; its files are gone with it. */
  readonly work: string
  readonly layout: SaeExportLayout
  /** Name of the dataset, for cfg.json; null: unknown. */
  readonly dataset: string | null
}

/** @throws AppError `sae_unsupported` when the layout cannot hold the SAE number for number, `sae_invalid`, `disk_full`. */
export function layOut(request: LayOutRequest): Promise<LaidOutFile[]> {
  return withSaeErrors(async () => {
    await requireSaeWhole(request.folder)
    const { cfg: raw, weights } = await readSaeLensFolder(request.folder)
    const cfg = parseSaeCfg(raw)
    const problem = exportProblem(request.layout, shapeOf(cfg))
    if (problem !== null) throw new AppError('sae_unsupported', problem)
    const { work } = request
    switch (request.layout) {
      case 'saelens':
        return saeLens(request, cfg)
      case 'sparsify': {
        if (shapeOf(cfg).rescale_acts_by_decoder_norm) requireUnitNorms(await weights.float32('W_dec'), cfg.d_in)
        const name = hookpointOf(cfg)
        await writeSparsifyFolder(join(work, name), { d_in: cfg.d_in, d_sae: cfg.d_sae, k: kOf(cfg) ?? 0 }, weights)
        return found(work, [`${name}/cfg.json`, `${name}/sae.safetensors`])
      }
      case 'gemma_scope': {
        const name = gemmaScopeFolder(cfg)
        await writeGemmaScopeFolder(join(work, name), weights)
        return found(work, [`${name}/params.npz`])
      }
    }
  })
}

/** Rescaling by norms that are one changes nothing but the last bits. @throws AppError `sae_unsupported` for other norms. */
function requireUnitNorms(wDec: Float32Array, width: number): void {
  for (let at = 0; at < wDec.length; at += width) {
    let square = 0
    for (let i = at; i < at + width; i++) square += wDec[i]! * wDec[i]!
    if (Math.abs(Math.sqrt(square) - 1) < 1e-5) continue
    const norm = Math.sqrt(square).toPrecision(4)
    throw new AppError(
      'sae_unsupported',
      `sparsify does not rescale activations by decoder norms; this SAE does, and the row of feature ${at / width} has norm ${norm}.`,
    )
  }
}

async function saeLens({ folder, work, dataset }: LayOutRequest, cfg: SaeCfg): Promise<LaidOutFile[]> {
  const metadata = { ...(dataset === null ? {} : { dataset_path: dataset }), ...cfg.metadata }
  await writeFileAtomic(join(work, SAELENS_CFG), JSON.stringify({ device: 'cpu', ...cfg, metadata }, null, 2))
  const stored = [SAELENS_WEIGHTS]
  if (await isFileThere(join(folder, SAELENS_SPARSITY))) stored.push(SAELENS_SPARSITY)
  return [...(await found(work, [SAELENS_CFG])), ...(await found(folder, stored))]
}

const found = (folder: string, names: readonly string[]): Promise<LaidOutFile[]> =>
  Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      return { name, path, bytes: (await stat(path)).size }
    }),
  )

/** sparsify names folders after the module that was hooked, SAEs of the residual stream after the layer. */
function hookpointOf(cfg: SaeCfg): string {
  const [, layer, kind] = /^blocks\.(\d+)\.(hook_resid_post|hook_mlp_out)$/.exec(cfg.metadata.hook_name ?? '') ?? []
  if (layer === undefined) return cfg.metadata.hook_name ?? 'sae'
  return kind === 'hook_mlp_out' ? `layers.${layer}.mlp` : `layers.${layer}`
}

/** `layer_20/width_16k/average_l0_71`; the L0 only where it is known. */
function gemmaScopeFolder(cfg: SaeCfg): string {
  const layer = /^blocks\.(\d+)\./.exec(cfg.metadata.hook_name ?? '')?.[1]
  const width = cfg.d_sae % 1024 === 0 ? `${cfg.d_sae / 1024}k` : String(cfg.d_sae)
  const { l0 } = z.looseObject({ l0: z.number().optional().catch(undefined) }).parse(cfg.metadata)
  return [
    ...(layer === undefined ? [] : [`layer_${layer}`]),
    `width_${width}`,
    ...(l0 === undefined ? [] : [`average_l0_${Math.round(l0)}`]),
  ].join('/')
}
