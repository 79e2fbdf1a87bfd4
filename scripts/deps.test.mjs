// The guard around the dependency rules: a report about next to nothing is no clean bill.
import { describe, expect, it } from 'vitest'
import { problemsOf } from './deps.mjs'

const files = ['backend/src/a.ts', 'backend/src/b.ts', 'worker/src/c.tsx']
/** @param {readonly string[]} sources */
const report = (sources, imports = 10) => ({
  modules: sources.map((source) => ({ source, dependencies: [] })),
  summary: {
    totalCruised: sources.length,
    totalDependenciesCruised: imports,
    violations: /** @type {{ from: string, to: string, rule: { name: string, severity: string } }[]} */ ([]),
  },
})

describe('a report on the dependency rules', () => {
  it('is good when every source file was read and no rule is broken', () => {
    expect(problemsOf(report([...files, 'node_modules/zod']), files)).toEqual([])
  })

  it('is none when source files were not read, and names some', () => {
    expect(problemsOf(report(files.slice(0, 1)), files)).toEqual([
      '2 of 3 source files were not read, such as backend/src/b.ts, worker/src/c.tsx',
    ])
  })

  it('is none when the files were read and their imports were not understood', () => {
    expect(problemsOf(report(files, 0), files)).toEqual([expect.stringContaining('too few to be all')])
  })

  it('names what breaks a rule', () => {
    const broken = report(files)
    broken.summary.violations.push({ from: 'a', to: 'b', rule: { name: 'no-cycles', severity: 'error' } })
    expect(problemsOf(broken, files)).toEqual(['error no-cycles: a → b'])
  })
})
