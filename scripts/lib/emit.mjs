// JavaScript of the workspaces that Node runs: each source file becomes one file in `dist`, with its source map. Types are dropped,
// not checked (that is `scripts/typecheck.mjs`), so it takes a second. It writes only what changed and takes away what has no source.
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { transformSync } from 'rolldown/utils'
import { ROOT } from './paths.mjs'

/** Sources that are not emitted: tests run from their sources, declarations have no code, AssemblyScript is compiled to WebAssembly. */
const NO_CODE = /\.test\.ts$|\.d\.ts$|\/assembly\//

/** Workspaces with a `dist` that Node runs; the frontend is bundled. */
const emittedWorkspaces = () => [
  ...readdirSync(join(ROOT, 'packages')).map((name) => join('packages', name)),
  'backend',
  'worker',
]

/** @param {string} folder @param {(name: string) => boolean} wanted @returns {string[]} */
const filesBelow = (folder, wanted) =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true, recursive: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .filter(wanted)
    : []

/** Writes a file as a whole, unless it holds the text already: a process that starts meanwhile reads the old or the new one. @param {string} path @param {string} text */
const replace = (path, text) => {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return
  mkdirSync(dirname(path), { recursive: true })
  const partial = `${path}.${process.pid}.part`
  writeFileSync(partial, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 })
  renameSync(partial, path)
}

/** @param {string} source @param {string} target @param {boolean} decorators */
const emitFile = (source, target, decorators) => {
  const text = readFileSync(source, 'utf8')
  const { code, map, errors } = transformSync(source, text, {
    lang: 'ts',
    sourceType: 'module',
    target: 'es2023',
    sourcemap: true,
    typescript: { onlyRemoveTypeImports: !decorators },
    ...(decorators && { decorator: { legacy: true, emitDecoratorMetadata: true } }),
  })
  if (errors.length) throw new Error(`${relative(ROOT, source)} cannot be read:\n${errors.map(String).join('\n')}`)
  const sourceMap = {
    ...map,
    file: basename(target),
    sources: [relative(dirname(target), source)],
    sourcesContent: undefined,
  }
  replace(`${target}.map`, JSON.stringify(sourceMap))
  replace(target, `${code}//# sourceMappingURL=${basename(target)}.map\n`)
}

/** @param {string} workspace Its folder, from the root. */
const emitWorkspace = (workspace) => {
  const [from, to] = [join(ROOT, workspace, 'src'), join(ROOT, workspace, 'dist')]
  const sources = filesBelow(from, (path) => path.endsWith('.ts') && !NO_CODE.test(path))
  const wanted = new Set()
  for (const source of sources) {
    const target = join(to, `${relative(from, source).slice(0, -3)}.js`)
    // NestJS finds what a class needs by the decorators' metadata; only the backend uses them.
    emitFile(source, target, workspace === 'backend')
    wanted.add(target)
  }
  for (const old of filesBelow(to, (path) => /\.js(\.map)?$/.test(path)))
    if (!wanted.has(old.replace(/\.map$/, ''))) rmSync(old, { force: true })
}

/** @param {string[]} workspaces */
export const emit = (workspaces = emittedWorkspaces()) => {
  for (const workspace of workspaces) emitWorkspace(workspace)
}
