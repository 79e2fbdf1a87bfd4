// Which files of a chosen folder a model needs, what is left out and why, and whether that makes a model; the one file of a dataset: pure.
import { type FolderUpload, modelFileKind, PICKLE_ADVICE, plainFileName } from '@mistudio/contracts'

/** A file as the browser gives it, with where it lay in the folder that was chosen. */
export interface Picked {
  readonly file: File
  /** Relative path, for example `tiny/config.json`; a bare name for files chosen one by one. */
  readonly path: string
}

export interface Selection {
  /** Suggested name of the model: the folder's, if there was one. */
  readonly name: string
  readonly files: readonly File[]
  readonly bytes: number
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[]
  /** Why this cannot be used; null when it can be sent. */
  readonly problem: string | null
}

const depthOf = (path: string): number => path.split('/').length
const isWeights = (name: string): boolean => /\.(safetensors|onnx)$/i.test(name)
const PLAIN_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/

const folderOf = (path: string): string => path.split('/').slice(0, -1).join('/')

/** Names of the graph in onnx/ and of its data, where no weights lie beside config.json: the usual one, or the only one. */
function graphBelow(picked: readonly Picked[], folder: string): ReadonlySet<string> {
  if (picked.some(({ file, path }) => folderOf(path) === folder && isWeights(file.name))) return new Set()
  const below = picked.filter(({ path }) => path === `${folder ? `${folder}/` : ''}onnx/${path.split('/').at(-1)}`)
  const graphs = below.filter(({ file }) => file.name.endsWith('.onnx'))
  const graph = graphs.find(({ file }) => file.name === 'model.onnx') ?? (graphs.length === 1 ? graphs[0] : undefined)
  if (!graph) return new Set()
  const { name } = graph.file
  const belongs = (path: string): boolean => {
    const file = path.split('/').at(-1) ?? ''
    return file === name || file.startsWith(`${name}_data`) || file === `${name}.data`
  }
  return new Set(below.map(({ path }) => path).filter(belongs))
}

/** The files beside the topmost config.json, and the graph in onnx/ below it where there are no weights; other folders are left out. */
export function selectModelFiles(picked: readonly Picked[]): Selection {
  const configs = picked.filter(({ file }) => file.name === 'config.json').map(({ path }) => path)
  const config = configs.sort((a, b) => depthOf(a) - depthOf(b))[0] ?? picked[0]?.path ?? ''
  const folder = config.split('/').slice(0, -1)
  const graph = graphBelow(picked, folder.join('/'))
  const leftOut: { name: string; reason: string }[] = []
  const files: File[] = []
  for (const { file, path } of picked) {
    const here = folderOf(path) === folder.join('/') || graph.has(path)
    const reason = here ? reasonToLeaveOut(file) : 'in another folder'
    if (reason === null) files.push(file)
    else leftOut.push({ name: path, reason })
  }
  // Small ones first: config and tokenizer are there before the weights.
  files.sort((a, b) => a.size - b.size)
  const bytes = files.reduce((sum, { size }) => sum + size, 0)
  return { name: folder.at(-1) ?? '', files, bytes, leftOut, problem: problemOf(files, picked) }
}

function reasonToLeaveOut({ name, size }: File): string | null {
  const kind = modelFileKind(name)
  if (kind === 'pickle') return 'a pickle'
  if (kind === 'other' || !PLAIN_NAME.test(name)) return 'not needed'
  return size === 0 ? 'empty' : null
}

function problemOf(files: readonly File[], picked: readonly Picked[]): string | null {
  const has = (name: string) => files.some((file) => file.name === name)
  if (!files.some(({ name }) => isWeights(name))) {
    const pickle = picked.find(({ file }) => modelFileKind(file.name) === 'pickle')
    return pickle
      ? `The weights are in ${pickle.file.name}. ${PICKLE_ADVICE}`
      : 'There are no weights (*.safetensors or an ONNX export) among these files.'
  }
  const missing = ['config.json', 'tokenizer.json'].filter((name) => !has(name))
  return missing.length > 0
    ? `${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing. Choose the whole folder of the model.`
    : null
}

/** A dataset is one file, whatever is in it: the preview says whether it can be read. */
export function selectDatasetFile(picked: readonly Picked[]): Selection {
  const files = picked.slice(0, 1).map(({ file }) => file)
  const [file] = files
  const problem =
    picked.length > 1
      ? 'A dataset is one file. Choose one, or add them one after another.'
      : file?.size === 0
        ? 'The file is empty.'
        : null
  return { name: file?.name ?? '', files, bytes: file?.size ?? 0, leftOut: [], problem }
}

/** The unfinished upload that these files continue: the same names, sizes and times of change. */
export function uploadToContinue(files: readonly File[], uploads: readonly FolderUpload[]): FolderUpload | null {
  const same = (upload: FolderUpload): boolean =>
    upload.files.length === files.length &&
    upload.files.every(({ name, size, modified }) =>
      files.some((file) => plainFileName(file.name) === name && file.size === size && file.lastModified === modified),
    )
  return uploads.find((upload) => upload.modelId === null && upload.datasetId === null && same(upload)) ?? null
}
