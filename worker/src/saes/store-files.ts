// An SAE of any layout, written into the product's own folder in SAELens layout: float32, one tensor in memory at a time, and whole or not
// there.
import { join } from 'node:path'
import {
  SAELENS_SPARSITY,
  SAELENS_VERSION,
  SafetensorsFile,
  type TensorSource,
  writeFolderAtomic,
  writeSaeLensFolder,
  writeSafetensors,
} from '@mistudio/formats'
import type { SaeCfg } from '@mistudio/interp/saes'
import { writeSaeManifest } from '../features/index.js'
import { isFileThere } from './is-there.js'
import type { SaeFiles } from './open-files.js'

/** Where in the user's model it stands, as the user said. */
export interface Standing {
  readonly site: string
  readonly siteOut: string | null
}

/** cfg.json as it is kept: sites as the user chose them; what the file said is kept beside them when it differs. */
function keptCfg(cfg: SaeCfg, { site, siteOut }: Standing): SaeCfg {
  const { hook_name: said, sae_lens_version: version = null } = cfg.metadata
  return {
    ...cfg,
    dtype: 'float32',
    metadata: {
      ...cfg.metadata,
      hook_name: site,
      ...(siteOut === null ? {} : { hook_name_out: siteOut }),
      ...(said !== undefined && said !== site ? { declared_hook_name: said } : {}),
      // Of the file as it is written here; what the source said is kept beside it.
      sae_lens_version: SAELENS_VERSION,
      ...(version !== null && version !== SAELENS_VERSION ? { declared_sae_lens_version: version } : {}),
    },
  }
}

/** Writes the folder; returns the bytes of its files. Errors: those of the file formats, `disk_full`; whatever `onTensor` throws. */
export async function storeSae(
  target: string,
  source: SaeFiles,
  sourceFolder: string,
  standing: Standing,
  onTensor: (done: number, total: number) => void,
): Promise<number> {
  const { weights, cfg } = source
  const names = weights.names()
  let done = 0
  const tensors = names.map((name) => ({
    name,
    dtype: 'F32' as const,
    shape: weights.info(name).shape,
    data: () => {
      onTensor(done++, names.length)
      return weights.float32(name)
    },
  }))
  const sparsity = await sparsityOf(sourceFolder, cfg.d_sae)
  return writeFolderAtomic(target, async (folder) => {
    const files = await writeSaeLensFolder(folder, keptCfg(cfg, standing), tensors)
    if (sparsity) files[SAELENS_SPARSITY] = await writeSparsity(folder, sparsity)
    await writeSaeManifest(folder, files)
    return Object.values(files).reduce((sum, { bytes }) => sum + bytes, 0)
  })
}

/** Log frequencies [d_sae] that came with the SAE; null when there are none of its size. */
async function sparsityOf(folder: string, dSae: number): Promise<Float32Array | null> {
  const path = join(folder, SAELENS_SPARSITY)
  if (!(await isFileThere(path))) return null
  const file: TensorSource = await SafetensorsFile.open(path)
  if (!file.names().includes('sparsity') || file.info('sparsity').shape.join() !== String(dSae)) return null
  return file.float32('sparsity')
}

/** Writes `sparsity.safetensors`: log10 of the share of tokens at which each feature fires. */
export const writeSparsity = (folder: string, data: Float32Array, metadata: Record<string, string> = {}) =>
  writeSafetensors(
    join(folder, SAELENS_SPARSITY),
    [{ name: 'sparsity', dtype: 'F32', shape: [data.length], data }],
    metadata,
  )
