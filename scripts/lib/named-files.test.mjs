import { expect, it } from 'vitest'
import { namedFiles } from './named-files.mjs'

it('finds the files a guide names, and not what only looks like one', () => {
  const text =
    'See `worker/src/{a,b/c}.ts`, `scripts`, `backend/src/<room>/x.ts`, `npm run deps` and `e2e/setup.ts`; worker/src/d.ts.'
  expect(namedFiles(text)).toEqual(['worker/src/a.ts', 'worker/src/b/c.ts', 'e2e/setup.ts'])
})
