// Two programs know the files beside stored data: the formats package writes manifest.json and .verified.json, the backend reads them and
// may import nothing of that package. What one writes the other must understand.
import { createHash, randomUUID } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rememberWritten, writeManifest } from '@mistudio/formats'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { openWholeFile } from '../backend/dist/common/stored-file.js'

const dataDir = mkdtempSync(join(tmpdir(), 'mistudio-stored-'))
afterAll(() => rmSync(dataDir, { recursive: true, force: true }))

const NAME = 'cfg.json'
const [WRITTEN, OTHER] = ['what was written', 'what lies there ']
const sha256 = createHash('sha256').update(WRITTEN).digest('hex')
const files = { [NAME]: { bytes: WRITTEN.length, sha256 } }
let id = ''
let folder = ''
beforeEach(async () => {
  id = randomUUID()
  folder = join(dataDir, 'saes', id)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, NAME), WRITTEN)
  await writeManifest(folder, 'sae', { files, data: {} })
})
const opens = async () => {
  const file = await openWholeFile(dataDir, { room: 'saes', id }, NAME)
  file?.stream.destroy()
  return file !== null
}

describe('the backend', () => {
  it('compares a file with the hash of the manifest that formats wrote', async () => {
    expect(await opens()).toBe(true)
    writeFileSync(join(folder, NAME), OTHER)
    await expect(opens()).rejects.toMatchObject({ code: 'data_damaged' })
  })

  it('believes what formats remembered of this state of the file, and of no other', async () => {
    // Only who reads the memory lets this through: the content is another than the manifest says.
    writeFileSync(join(folder, NAME), OTHER)
    await rememberWritten(folder, files)
    expect(await opens()).toBe(true)
    writeFileSync(join(folder, NAME), `${OTHER}!`)
    await expect(opens()).rejects.toMatchObject({ code: 'data_damaged' })
  })
})
