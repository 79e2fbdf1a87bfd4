import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fixture, refusal, temporaryFolder } from '../testing.js'
import { readSaeLensFolder, writeSaeLensFolder } from './saelens.js'

it('reads a folder that SAELens wrote and writes it again without losing a field', async () => {
  const original = fixture('saelens_jumprelu')
  const { cfg, weights } = await readSaeLensFolder(original)
  expect(cfg).toMatchObject({
    d_in: 24,
    d_sae: 96,
    architecture: 'jumprelu',
    metadata: { hook_name: 'blocks.0.hook_resid_post' },
  })
  const copy = join(temporaryFolder(), 'sae')
  const tensors = weights.names().map((name) => ({
    name,
    dtype: weights.info(name).dtype,
    shape: weights.info(name).shape,
    data: () => weights.raw(name),
  }))
  const written = await writeSaeLensFolder(copy, cfg, tensors)
  expect(JSON.parse(readFileSync(join(copy, 'cfg.json'), 'utf8'))).toEqual(
    JSON.parse(readFileSync(join(original, 'cfg.json'), 'utf8')),
  )
  const bytes = (folder: string) => readFileSync(join(folder, 'sae_weights.safetensors'))
  expect(bytes(copy).equals(bytes(original))).toBe(true)
  expect(written['sae_weights.safetensors']?.bytes).toBe(bytes(original).length)
})

it('refuses configurations and weights that contradict each other', async () => {
  const folder = temporaryFolder()
  cpSync(fixture('saelens_jumprelu'), folder, { recursive: true })
  writeFileSync(join(folder, 'cfg.json'), '{"d_in": 24, "d_sae": 95}')
  await refusal(() => readSaeLensFolder(folder), 'saelens_weights_invalid')
  writeFileSync(join(folder, 'cfg.json'), '{"d_in": "24", "d_sae": 96}')
  const error = await refusal(() => readSaeLensFolder(folder), 'saelens_cfg_invalid')
  expect(error.where).toBe('d_in')
})
