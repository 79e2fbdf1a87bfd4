// Writes the index of the decisions, 0xcc/adr/README.md: number, title, status.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './lib/paths.mjs'

const FOLDER = join(ROOT, '0xcc', 'adr')

/** One decision as its file's first lines tell it. @param {string} file @param {string} text @throws Error when title or status is missing */
export const decisionOf = (file, text) => {
  const title = /^# (\d{4})(?: ·)? (.+)$/m.exec(text)
  const status = /^\*\*Status\.\*\* (.+?)\.?$/m.exec(text)
  if (!title || title[1] !== file.slice(0, 4))
    throw new Error(`0xcc/adr/${file} does not begin with "# ${file.slice(0, 4)} <title>".`)
  if (!status) throw new Error(`0xcc/adr/${file} has no line "**Status.** accepted, <date>".`)
  return { number: title[1], title: String(title[2]), status: String(status[1]).toLowerCase() }
}

export const adrIndex = () => {
  const rows = readdirSync(FOLDER)
    .filter((file) => /^\d{4}-.*\.md$/.test(file))
    .sort()
    .map((file) => {
      const { number, title, status } = decisionOf(file, readFileSync(join(FOLDER, file), 'utf8'))
      return `| [${number}](${file}) | ${title} | ${status} |`
    })
  return `# Decisions

Each with its context, what else was weighed, and the test that confirms it. Numbers have gaps: blocks of them are set aside for work that goes on
side by side. Written by \`node scripts/adr-index.mjs\`.

| | decision | status |
|---|---|---|
${rows.join('\n')}
`
}

const INDEX = join(FOLDER, 'README.md')
/** Whether the index is what the decisions say. */
export const adrIndexIsFresh = () => readFileSync(INDEX, 'utf8') === adrIndex()

if (process.argv[1] === import.meta.filename) writeFileSync(INDEX, adrIndex())
