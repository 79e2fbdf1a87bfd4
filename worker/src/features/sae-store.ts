// Open SAEs of this process: encoder session and decoder rows, kept for the next job and dropped when the files change.
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, type ErrorCode } from '@mistudio/contracts'
import { FormatError, readSaeLensFolder, SAELENS_CFG, SAELENS_WEIGHTS } from '@mistudio/formats'
import { Sae, SaeError } from '@mistudio/interp/saes'
import { damageOf, folderOf } from '../files/index.js'
import { runtime } from '../runtime/index.js'
import { requireSaeWhole } from './sae-manifest.js'

interface Entry {
  readonly fingerprint: string
  readonly sae: Sae
}

/** SAEs that stay open in one process. */
const MAX_OPEN = 2

/** Codes of refused files that are something else than a damaged SAE. */
const SAE_CODES: Readonly<Record<string, ErrorCode>> = {
  file_not_found: 'file_not_found',
  disk_full: 'disk_full',
  pickle_refused: 'sae_unsupported',
  sae_layout_unknown: 'sae_unsupported',
  sae_layout_unsupported: 'sae_unsupported',
}

/** Runs work on an SAE's files; refusals come out as `AppError`, anything else unchanged. */
export async function withSaeErrors<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof SaeError) throw new AppError(error.code, error.message, { ...error.details }, { cause: error })
    if (error instanceof FormatError) {
      const damage = damageOf(error)
      if (damage) throw damage
      const code = SAE_CODES[error.code] ?? 'sae_invalid'
      throw new AppError(code, `The SAE cannot be read: ${error.message}`, { file: error.file }, { cause: error })
    }
    throw error
  }
}

async function fingerprint(folder: string): Promise<string> {
  const parts = [SAELENS_CFG, SAELENS_WEIGHTS].map(async (name) => {
    const found = await stat(join(folder, name)).catch(() => null)
    if (!found)
      throw new AppError('file_not_found', `The SAE has no file ${name}. It may have been deleted.`, { folder })
    return `${found.size}:${found.mtimeMs}`
  })
  return (await Promise.all(parts)).join('|')
}

export class SaeStore {
  private readonly entries = new Map<string, Entry>()

  /**
   * The SAE in `folder` (SAELens layout), opened or as it was left. Callers in one process take turns, so the store may
   * release what is not in use: every SAE but the ones returned last.
   * @throws AppError `file_not_found`, `sae_invalid` or `sae_unsupported`.
   */
  open(folder: string, threads: number): Promise<Sae> {
    return withSaeErrors(async () => {
      const key = `${threads}:${folder}`
      await requireSaeWhole(folder)
      const print = await fingerprint(folder)
      const known = this.entries.get(key)
      if (known?.fingerprint === print) return this.keep(key, known)
      this.entries.delete(key)
      await known?.sae.release()
      const { cfg, weights } = await readSaeLensFolder(folder)
      return this.keep(key, { fingerprint: print, sae: await Sae.load(cfg, weights, runtime, { threads }) })
    })
  }

  /** Frees every SAE. */
  async release(): Promise<void> {
    const entries = [...this.entries.values()]
    this.entries.clear()
    for (const { sae } of entries) await sae.release()
  }

  private async keep(key: string, entry: Entry): Promise<Sae> {
    this.entries.delete(key)
    this.entries.set(key, entry)
    while (this.entries.size > MAX_OPEN) {
      const [oldest, { sae }] = this.entries.entries().next().value!
      this.entries.delete(oldest)
      await sae.release()
    }
    return entry.sae
  }
}

/** Folder of an SAE's files. */
export const saeFolder = (dataDir: string, saeId: string): string => folderOf(dataDir, 'saes', saeId)

/** The store of this process. */
export const saeStore = new SaeStore()
