// Rules of the house that no linter here knows: no source file above 400 lines, no `any` in the packages others build on,
// no object literal spread into another (it switches off the compiler's check for misspelt fields), no page's address written by hand
// in the UI, no address of the interface written by hand by its clients, no query of the UI declared beside those that follow from
// routes, no SQL of the worker outside of its rooms' rows.ts, no guide that names a file which is gone, no decision without its line in the index.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { adrIndexIsFresh } from './adr-index.mjs'
import { namedFiles } from './lib/named-files.mjs'
import { ROOT } from './lib/paths.mjs'

const MAX_LINES = 400
const NO_ANY = ['packages/contracts/', 'packages/interp/', 'packages/onnx/', 'packages/formats/']
const files = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx', '*.mjs'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\n')
  .filter((file) => file && existsSync(join(ROOT, file)))

/** First words of the addresses of pages, as the rooms define them. */
const rooms = files
  .filter((file) => /^packages\/contracts\/src\/\w+\/room\.ts$/.test(file))
  .flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(/place\('\/(\w+)/g)])
const ADDRESS = new RegExp(
  `['"\`]/(${[...new Set(rooms.map(([, room]) => room))].join('|')})(['"\`/?#]|\\$\\{)|\\b(to|href)=["']/`,
)
/** `live` and `data` name routes of the server, which read alike. */
const mayWriteAddresses = (/** @type {string} */ file) =>
  !file.startsWith('frontend/src/') || /^frontend\/src\/(live|data)\//.test(file) || /\.test\.tsx?$/.test(file)

/** `data/read.ts` makes every query of its route; pages of a long question (`useInfiniteQuery`) are the only other kind. */
/** @param {string} file @param {string} code */
function declaresQuery(file, code) {
  if (/\.test\.tsx?$/.test(file) || file === 'frontend/src/data/read.ts') return null
  if (/\bapi\.list\w*\(/.test(code)) return 'asks for a list by itself; use the hooks of data'
  const declared = (code.match(/\bqueryFn\b/g) ?? []).length - (code.match(/useInfiniteQuery\(/g) ?? []).length
  return declared > 0 ? 'declares a query; use useRead of data' : null
}

/** Routes and raw files have their addresses in the client. */
const mayWriteRoutes = (/** @type {string} */ file) =>
  !/^(frontend\/src|packages\/(cli|client))\//.test(file) ||
  file.endsWith('client/src/addresses.ts') ||
  /\.test\.tsx?$/.test(file)
/** Where SAEs are told apart by name: their own folders, and the layouts of other projects, which hold some kinds only. */
const BY_NAME =
  /\/(architectures|planners)\/|^packages\/(formats\/src\/saes|contracts\/src\/saes\/layouts)|^worker\/src\/saes\/inspect|\.test\.|\/models\//
const ASKS_BY_NAME = /architecture\w*(['"]\])?\)?\s*[!=]==\s*['"]|switch \([^)]*architecture\)/

/** The worker's rooms say SQL in `rows.ts`; `runner/database.ts` begins and ends transactions. */
const maySaySql = (/** @type {string} */ file) =>
  !file.startsWith('worker/src/') ||
  /\/rows\.ts$|^worker\/src\/runner\/database\.ts$|\.test\.ts$|\/testing(\.ts|\/)/.test(file)
const SAYS_SQL = /\.query[<(]|\bstatement\b[^}]*} from '@mistudio\/sql'|from 'pg-copy-streams'/

const problems = []
if (!adrIndexIsFresh()) problems.push('0xcc/adr/README.md is not what the decisions say: node scripts/adr-index.mjs')
for (const file of files) {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const lines = text.split('\n').length - 1
  if (lines > MAX_LINES) problems.push(`${file}: ${lines} lines (at most ${MAX_LINES})`)
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
  if (NO_ANY.some((folder) => file.startsWith(folder)) && /(:|<|\bas)\s*any\b(?!\w)/.test(code))
    problems.push(`${file}: uses "any"`)
  if (
    file.startsWith('frontend/src/') &&
    !file.startsWith('frontend/src/charts/') &&
    /from '(uplot|recharts)\b/.test(code)
  )
    problems.push(`${file}: draws by itself; use charts`)
  const query = file.startsWith('frontend/src/') && declaresQuery(file, code)
  if (query) problems.push(`${file}: ${query}`)
  const address = mayWriteAddresses(file) ? null : ADDRESS.exec(code)
  if (address) problems.push(`${file}: writes the address ${address[0]} by hand; ask places`)
  if (!mayWriteRoutes(file) && /API_PREFIX|['"`]\/api\/v\d/.test(code))
    problems.push(`${file}: writes an address of the interface by hand; ask the client (its functions, or its urls)`)
  if (!BY_NAME.test(file) && ASKS_BY_NAME.test(code))
    problems.push(`${file}: asks for an SAE architecture by name; let the architecture's own value say it`)
  if (!maySaySql(file) && SAYS_SQL.test(code)) problems.push(`${file}: speaks SQL; let the room's rows.ts do it`)
  if (/\.\.\.\s*\{/.test(code)) problems.push(`${file}: spreads an object literal into another; write its fields`)
}
const guides = readdirSync(join(ROOT, '0xcc', 'how')).map((file) => `0xcc/how/${file}`)
for (const guide of ['CLAUDE.md', 'README.md', ...guides])
  for (const path of namedFiles(readFileSync(join(ROOT, guide), 'utf8')))
    if (!existsSync(join(ROOT, path))) problems.push(`${guide}: names ${path}, which is not there`)

console.log(problems.length ? problems.join('\n') : `${files.length} source files keep the rules.`)
process.exitCode = problems.length ? 1 : 0
