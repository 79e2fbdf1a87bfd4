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

const BROWSERS: readonly [RegExp, string][] = [
  [/Edg\//, 'Edge'],
  [/OPR\//, 'Opera'],
  [/Firefox\//, 'Firefox'],
  [/Chrome\//, 'Chrome'],
  [/Version\/.*Safari\//, 'Safari'],
]
const SYSTEMS: readonly [RegExp, string][] = [
  [/Android/, 'Android'],
  [/iPhone|iPad/, 'iOS'],
  [/Windows/, 'Windows'],
  [/Mac OS X/, 'macOS'],
  [/Linux|X11/, 'Linux'],
]

/** `Firefox on Linux` out of a User-Agent; what is not recognised stays as it is, shortened. */
export const browserName = (userAgent: string): string => {
  const named = (table: readonly [RegExp, string][]) => table.find(([pattern]) => pattern.test(userAgent))?.[1]
  const [browser, system] = [named(BROWSERS), named(SYSTEMS)]
  if (browser) return system ? `${browser} on ${system}` : browser
  return userAgent === '' ? 'unnamed program' : userAgent.slice(0, 40)
}
