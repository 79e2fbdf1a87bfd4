// What the browser gives when files or a folder are chosen or dropped, as a flat list with paths; one archive stands for what is in it.
import { filesOfArchive, isArchive } from './archive.js'
import type { Picked } from './selection.js'

/** Files beyond this are not a model's folder but somebody's home. */
const MAX_FILES = 2000

export const fromInput = (files: FileList | null): Picked[] =>
  [...(files ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name }))

const fileOf = (entry: FileSystemFileEntry): Promise<File> =>
  new Promise((resolve, reject) => entry.file(resolve, reject))
const readSome = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((resolve, reject) => reader.readEntries(resolve, reject))

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

async function collect(entry: FileSystemEntry, into: Picked[]): Promise<void> {
  if (into.length >= MAX_FILES) return
  if (isFile(entry)) into.push({ file: await fileOf(entry), path: entry.fullPath.replace(/^\//, '') })
  if (!isFolder(entry)) return
  const reader = entry.createReader()
  // A reader gives a hundred entries at a time and an empty list at the end.
  for (let some = await readSome(reader); some.length > 0; some = await readSome(reader))
    for (const inner of some) await collect(inner, into)
}

/** Dropped files and folders. Call it within the drop event: the list is empty afterwards. */
export async function fromDrop(data: DataTransfer): Promise<Picked[]> {
  const entries = [...data.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null)
  if (entries.length === 0) return fromInput(data.files)
  const picked: Picked[] = []
  for (const entry of entries) await collect(entry, picked)
  return picked
}

/** Where one archive was chosen, the files in it. @throws AppError `file_invalid`. */
export async function unpacked(picked: readonly Picked[]): Promise<readonly Picked[]> {
  const [only, ...others] = picked
  return only && others.length === 0 && isArchive(only.file) ? filesOfArchive(only.file) : picked
}
