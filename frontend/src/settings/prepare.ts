// Checks of the settings forms: pure.

/** What is wrong with a new import root; null when it can be sent. The server checks that the folder exists. */
export const rootProblem = (path: string, roots: readonly string[]): string | null => {
  const trimmed = path.trim()
  if (!trimmed) return 'Type a folder first.'
  if (!/^(\/|[A-Za-z]:[\\/])/.test(trimmed)) return 'Give the whole path, from the root of the disk.'
  if (roots.includes(trimmed.replace(/(.)\/+$/, '$1'))) return 'This folder is already in the list.'
  return null
}
export const cleanRoot = (path: string): string => path.trim().replace(/(.)\/+$/, '$1')
