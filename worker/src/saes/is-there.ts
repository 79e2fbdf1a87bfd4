// Whether a regular file is there.
import { stat } from 'node:fs/promises'

export const isFileThere = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => null))?.isFile() === true
