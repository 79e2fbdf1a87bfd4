// The command against golden models of the repository, one of them spoilt.
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { printChecks } from './checks.js'
import { verifyModels } from './models-verify.js'

const FIXTURES = fileURLToPath(new URL('../../../fixtures/models/', import.meta.url))
const folders: string[] = []

/** A new folder with copies of golden models. */
function copies(...names: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'mistudio-verify-'))
  folders.push(folder)
  for (const name of names) cpSync(join(FIXTURES, name), join(folder, 'nested', name), { recursive: true })
  return folder
}

async function verify(folder: string): Promise<{ status: number; lines: string[] }> {
  const lines: string[] = []
  const status = await printChecks(verifyModels(folder, { quick: true }), (line) => lines.push(line))
  return { status, lines }
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

describe('models verify', () => {
  it('passes every golden model below a folder, with each config beside it', async () => {
    const { status, lines } = await verify(copies('gpt_neo', 'qwen2'))
    expect(status).toBe(0)
    expect(lines.at(-1)).toMatch(/^\d{3} passed, 0 failed$/)
    for (const config of ['config.json', 'config.hub.json', 'config.v5.json']) {
      expect(lines.some((line) => line.startsWith(`PASS  nested/qwen2/${config}  logits`))).toBe(true)
    }
  })

  it('fails a model whose weights are not those of the golden values', async () => {
    const folder = copies('gpt2')
    const file = join(folder, 'nested/gpt2/model.safetensors')
    const bytes = readFileSync(file)
    bytes.fill(0, bytes.length - 400)
    writeFileSync(file, bytes)
    const { status, lines } = await verify(folder)
    expect(status).toBe(1)
    expect(lines.filter((line) => line.startsWith('FAIL')).length).toBeGreaterThan(0)
  })

  it('reports a case that cannot be read as one failure and goes on', async () => {
    const folder = copies('gpt2', 'opt')
    writeFileSync(join(folder, 'nested/gpt2/config.v5.json'), JSON.stringify({ model_type: 'mamba' }))
    const { status, lines } = await verify(folder)
    expect(status).toBe(1)
    const failures = lines.filter((line) => line.startsWith('FAIL'))
    expect(failures).toHaveLength(1)
    expect(failures[0]).toContain('Models of type mamba are not supported')
    expect(lines.some((line) => line.startsWith('PASS  nested/opt'))).toBe(true)
  })

  it('says when a folder holds no golden model', async () => {
    await expect(verify(copies())).rejects.toThrow(/No folder with config.json and golden.json/)
  })
})
