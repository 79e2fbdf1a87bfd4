// Our SAEs against SAELens's numbers, as `mistudio saes verify` runs them, and that a wrong number is noticed.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SafetensorsFile } from '@mistudio/formats'
import { afterEach, describe, expect, it } from 'vitest'
import { type Check, checkLine, printChecks } from '../checks.js'
import { verifySaes } from './verify.js'

const fixture = (path: string): string => fileURLToPath(new URL(`../../../../fixtures/saes/${path}`, import.meta.url))

async function collected(folder: string): Promise<Check[]> {
  const checks: Check[] = []
  for await (const check of verifySaes(folder)) checks.push(check)
  return checks
}

describe.each([
  ['train', 15],
  ['inference', 32],
  ['export', 7],
  ['metrics', 1],
])('%s', (folder, cases) => {
  it('agrees with SAELens in every check of every case', async () => {
    const checks = await collected(fixture(folder))
    expect(checks.filter(({ pass }) => !pass).map(checkLine)).toEqual([])
    expect(new Set(checks.map((check) => check.case)).size).toBe(cases)
  })
})

it('the scores of SAEs with a known dictionary agree, also after the same training', async () => {
  const checks = await collected(fixture('synthetic'))
  expect(checks.filter(({ pass }) => !pass).map(checkLine)).toEqual([])
  expect(checks.filter(({ check }) => check.startsWith('trained again')).length).toBeGreaterThan(0)
})

describe('a wrong number is noticed', () => {
  const folders: string[] = []
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
  })

  const spoiled = (name: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'mistudio-verify-'))
    folders.push(folder)
    cpSync(fixture(name), join(folder, name), { recursive: true })
    return folder
  }

  it('in a tensor of the first step', async () => {
    const folder = spoiled('train/topk_rescale')
    const path = join(folder, 'train/topk_rescale/golden.safetensors')
    const { offset } = (await SafetensorsFile.open(path)).info('step0.grad.W_dec')
    const bytes = readFileSync(path)
    bytes.writeFloatLE(bytes.readFloatLE(offset) + 1, offset)
    writeFileSync(path, bytes)
    const lines: string[] = []
    expect(await printChecks(verifySaes(folder), (line) => lines.push(line))).toBe(1)
    expect(lines.filter((line) => line.startsWith('FAIL'))).toEqual([
      expect.stringContaining('train/topk_rescale  step0.grad.W_dec'),
    ])
    expect(lines.at(-1)).toMatch(/^\d+ passed, 1 failed$/)
  })

  it('in a configuration that no longer belongs to the weights', async () => {
    const folder = spoiled('inference/jumprelu')
    const path = join(folder, 'inference/jumprelu/cfg.json')
    writeFileSync(path, readFileSync(path, 'utf8').replace('"d_sae": 96', '"d_sae": 95'))
    expect(await collected(folder)).toEqual([
      expect.objectContaining({ pass: false, detail: expect.stringContaining('cfg.json asks for') }),
    ])
  })

  it('and a folder without cases is no success', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'mistudio-verify-'))
    folders.push(folder)
    const lines: string[] = []
    expect(await printChecks(verifySaes(folder), (line) => lines.push(line))).toBe(1)
    expect(lines).toEqual(['0 passed, 0 failed'])
  })
})
