// Which files of a chosen folder an SAE needs, what is left out and why, and whether that makes an SAE: pure.
import { SAE_PICKLE_ADVICE, saeFileKind } from '@mistudio/contracts'
import type { Picked, Selection } from './selection.js'

/** Weights by which a layout is known; Llama Scope's lie one folder deeper and are sent beside its configuration. */
const WEIGHTS = ['sae_weights.safetensors', 'sae.safetensors', 'params.npz', 'final.safetensors']
const NEEDED = [...WEIGHTS, 'cfg.json', 'hyperparams.json', 'sparsity.safetensors']

/** The files of the topmost SAE; other SAEs in the same folder are left out. */
export function selectSaeFiles(picked: readonly Picked[]): Selection {
  const depth = (path: string): number => path.split('/').length
  const weights = picked
    .filter(({ file }) => WEIGHTS.includes(file.name))
    .sort((a, b) => depth(a.path) - depth(b.path) || a.path.localeCompare(b.path, 'en', { numeric: true }))[0]
  const folder = folderOf(weights?.path ?? picked[0]?.path ?? '')
  const leftOut: { name: string; reason: string }[] = []
  const files: File[] = []
  for (const { file, path } of picked) {
    const reason = reasonToLeaveOut(file, folderOf(path), folder)
    if (reason === null) files.push(file)
    else leftOut.push({ name: path, reason })
  }
  files.sort((a, b) => a.size - b.size)
  return {
    name: folder.split('/').filter(Boolean).at(-1) ?? '',
    files,
    leftOut,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
    problem: problemOf(files, picked),
  }
}

/** Folder of the SAE that a file belongs to. */
const folderOf = (path: string): string =>
  path
    .split('/')
    .slice(0, -1)
    .join('/')
    .replace(/\/?checkpoints$/, '')

function reasonToLeaveOut({ name, size }: File, folder: string, wanted: string): string | null {
  if (saeFileKind(name) === 'pickle') return 'a pickle'
  if (!NEEDED.includes(name)) return 'not needed'
  if (folder !== wanted) return 'in another folder'
  return size === 0 ? 'empty' : null
}

function problemOf(files: readonly File[], picked: readonly Picked[]): string | null {
  const has = (name: string): boolean => files.some((file) => file.name === name)
  if (!WEIGHTS.some(has)) {
    const pickle = picked.find(({ file }) => saeFileKind(file.name) === 'pickle')
    return pickle
      ? `The weights are in ${pickle.file.name}. ${SAE_PICKLE_ADVICE}`
      : `There are no weights of an SAE (${WEIGHTS.join(', ')}) among these files.`
  }
  if ((has('sae_weights.safetensors') || has('sae.safetensors')) && !has('cfg.json'))
    return 'cfg.json is missing. Choose the whole folder of the SAE.'
  if (has('final.safetensors') && !has('hyperparams.json'))
    return 'hyperparams.json is missing. Choose the whole folder of the SAE.'
  return null
}
