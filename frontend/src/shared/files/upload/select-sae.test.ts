// Guards: of a chosen folder only one SAE is sent, and what is missing is said before anything leaves the browser.
import { expect, it } from 'vitest'
import { selectSaeFiles } from './select-sae.js'
import type { Picked } from './selection.js'

const picked = (path: string, size = 10): Picked => ({
  path,
  file: { name: path.split('/').at(-1) ?? '', size, lastModified: 5 } as File,
})
const names = (...paths: string[]) => selectSaeFiles(paths.map((path) => picked(path)))

it('takes the files of one SAE and says what it leaves out', () => {
  const chosen = names(
    'x/l1/cfg.json',
    'x/l1/sae_weights.safetensors',
    'x/l1/README.md',
    'x/l2/cfg.json',
    'x/l2/sae_weights.safetensors',
    'x/l1/a.pt',
  )
  expect(chosen.files.map(({ name }) => name)).toEqual(['cfg.json', 'sae_weights.safetensors'])
  expect(chosen).toMatchObject({ name: 'l1', bytes: 20, problem: null })
  expect(Object.fromEntries(chosen.leftOut.map(({ name, reason }) => [name, reason]))).toMatchObject({
    'x/l1/README.md': 'not needed',
    'x/l2/cfg.json': 'in another folder',
    'x/l1/a.pt': 'a pickle',
  })
})

it('takes weights of Llama Scope from the folder below their configuration', () => {
  const chosen = names('l3r/hyperparams.json', 'l3r/checkpoints/final.safetensors')
  expect(chosen).toMatchObject({ name: 'l3r', problem: null })
  expect(chosen.files).toHaveLength(2)
})

it('says what is missing', () => {
  expect(names('x/cfg.json').problem).toContain('no weights of an SAE')
  expect(names('x/ae.pt').problem).toContain('save_inference_model')
  expect(names('x/sae_weights.safetensors').problem).toContain('cfg.json is missing')
  expect(names('x/params.npz').problem).toBeNull()
})
