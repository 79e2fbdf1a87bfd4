import { closeSync, cpSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { DEMO_MODEL, temporaryFolder } from '../datasets/testing.js'
import { writeModelManifest } from '../files/index.js'
import { withModelErrors } from './errors.js'
import { openModelFolder } from './model-folder.js'
import { hashFiles } from './parity/files.js'

/** The demo model in a folder, with its last weight changed by `damage`. */
function copied() {
  const base = temporaryFolder()
  const model = join(base, 'uploads/1/model')
  cpSync(DEMO_MODEL, model, { recursive: true })
  const damage = (): void => {
    const file = openSync(join(model, 'model.safetensors'), 'r+')
    writeSync(file, Uint8Array.of(1, 2, 3), 0, 3, 100_000)
    closeSync(file)
  }
  return { base, model, damage }
}
const opened = (path: string) => withModelErrors(() => openModelFolder(path))

it('a model of ours whose weights changed since it was registered is refused', async () => {
  const { base, model, damage } = copied()
  await writeModelManifest(base, model, await hashFiles(model))
  await opened(model)
  damage()
  await expect(opened(model)).rejects.toMatchObject({
    code: 'model_invalid',
    message: expect.stringContaining('model.safetensors'),
  })
  // Checking it again does not make the damage what it should be.
  await writeModelManifest(base, model, await hashFiles(model))
  await expect(opened(model)).rejects.toMatchObject({ code: 'model_invalid' })
})

it('a folder of the user may change', async () => {
  const { model, damage } = copied()
  await writeModelManifest(temporaryFolder(), model, await hashFiles(model))
  damage()
  await opened(model)
})
