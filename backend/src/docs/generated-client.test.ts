// Guards: from the document alone, a generator that knows nothing of us makes a client that compiles and knows requests from answers.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import openapiTS, { astToString } from 'openapi-typescript'
import { afterAll, expect, it } from 'vitest'
import { openApiDocument } from './document.js'

const folder = mkdtempSync(path.join(tmpdir(), 'generated-client-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What somebody would write with the generated types; lines that must not compile say so. */
const USE = `
import type { components, operations, paths } from './api.js'

type Answer<O extends keyof operations> = operations[O]['responses'] extends { 200: { content: { 'application/json': infer J } } } ? J : never
export const names = (answer: Answer<'listModels'>): string[] => answer.data.map(({ name }) => name)
export const total = (answer: Answer<'listModels'>): number => answer.meta.total
export const job = (answer: Answer<'getModel'>): components['schemas']['JobState'] | undefined => answer.data.job?.state
export const failure = (error: components['schemas']['ErrorEnvelope']): string => error.error.message

type Body<O extends keyof operations> = operations[O] extends { requestBody: { content: { 'application/json': infer J } } } ? J : never
export const short: Body<'createTemplate'>['name'] = 'a'
export const load: Body<'loadModel'> = { precision: 'int8' }
// @ts-expect-error: there is no such precision
export const wrong: Body<'loadModel'> = { precision: 'int2' }
// @ts-expect-error: this route answers a file
export const file: Answer<'saeFile'> = {}
export const piece: paths['/api/v1/folder-uploads/{id}/files/{index}']['patch'] extends { parameters: { header: { 'Content-Range': string } } } ? true : false = true
`

it('makes types that compile, and that hold what is sent against what is answered', async () => {
  const source = JSON.stringify(openApiDocument())
  writeFileSync(path.join(folder, 'api.ts'), astToString(await openapiTS(source)))
  writeFileSync(path.join(folder, 'use.ts'), USE)
  const options = { strict: true, noEmit: true, module: 'NodeNext', moduleResolution: 'NodeNext', types: [] }
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: options, files: ['api.ts', 'use.ts'] }),
  )
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}')
  const compiler = createRequire(import.meta.url).resolve('typescript-native/package.json')
  const tsc = path.join(path.dirname(compiler), 'bin', 'tsc')
  try {
    execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  } catch (error) {
    expect.fail((error as { stdout: string }).stdout)
  }
})

it('stays small enough to be read by people and tools', () => {
  expect(JSON.stringify(openApiDocument()).length).toBeLessThan(400_000)
})
