// Files and folders of the repository that a text names in code marks, so that guides which name what is gone are found.

const ROOTS = 'packages|backend|worker|frontend|prisma|scripts|e2e|bench|fixtures|demo|docs|0xcc'
const NAMED = new RegExp(`\`((?:${ROOTS})/[\\w./{},-]+)\``, 'g')

/** `a/{b,c}.ts` as `a/b.ts` and `a/c.ts`. @param {string} path @returns {string[]} */
const spelledOut = (path) => {
  const braces = /^(.*?)\{([^}]*)\}(.*)$/.exec(path)
  if (!braces) return [path]
  const [, before = '', choices = '', after = ''] = braces
  return choices.split(',').flatMap((choice) => spelledOut(before + choice + after))
}

/** @param {string} text Markdown. */
export const namedFiles = (text) => [...text.matchAll(NAMED)].flatMap(([, path = '']) => spelledOut(path))
