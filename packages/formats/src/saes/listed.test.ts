// SAE folders in lists of names as repositories give them.
import { expect, it } from 'vitest'
import { listSaeFolders } from './listed.js'

const files = (...paths: string[]) => paths.map((path, i) => ({ path, bytes: i + 1 }))

it('finds every layout, with the files that are needed and no others', () => {
  const found = listSaeFolders(
    files(
      ...['README.md', 'blocks.6.hook_resid_post/cfg.json', 'blocks.6.hook_resid_post/sae_weights.safetensors'],
      ...['blocks.6.hook_resid_post/sparsity.safetensors', 'blocks.6.hook_resid_post/trainer_state.pt'],
      ...['layer_20/width_16k/average_l0_71/params.npz', 'layer_3/width_16k/average_l0_5/params.npz'],
      ...['layers.5/cfg.json', 'layers.5/sae.safetensors', 'l3r/hyperparams.json', 'l3r/checkpoints/final.safetensors'],
    ),
  )
  expect(found.map(({ path, layout }) => [path, layout])).toEqual([
    ['blocks.6.hook_resid_post', 'saelens'],
    ['l3r', 'llama_scope'],
    ['layer_3/width_16k/average_l0_5', 'gemma_scope'],
    ['layer_20/width_16k/average_l0_71', 'gemma_scope'],
    ['layers.5', 'sparsify'],
  ])
  expect(found[0]?.files.map(({ path }) => path.split('/').at(-1))).toEqual([
    ...['sparsity.safetensors', 'cfg.json', 'sae_weights.safetensors'],
  ])
  expect(found[0]?.bytes).toBe(4 + 2 + 3)
  expect(found[1]?.files.map(({ path }) => path)).toContain('l3r/checkpoints/final.safetensors')
})

it('takes the top of a repository, and no folder that lacks something or holds pickles', () => {
  expect(listSaeFolders(files('cfg.json', 'sae_weights.safetensors')).map(({ path }) => path)).toEqual([''])
  expect(listSaeFolders(files('a/sae_weights.safetensors', 'b/ae.pt', 'b/config.json', 'c/cfg.json'))).toEqual([])
})
