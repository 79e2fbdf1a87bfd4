// Starts one stack for all journeys, with a small Hugging Face hub beside it, and hands its address, key and folder to the tests
// through the environment.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { HubServer } from '../worker/dist/hub/testing/hub-server.js'
import { startStack } from './lib/stack.mjs'
import { exportRepo } from './lib/tiny-exports.mjs'
import { DEMO } from './lib/work.mjs'

/** A hub with the demo model, open, gated and as pickles, and a small model with ONNX exports. */
async function startHub(): Promise<HubServer> {
  const hub = await HubServer.start()
  const parameters = { F16: 1_049_728 }
  const model = { downloads: 48_210, likes: 127, parameters, tags: ['license:apache-2.0'] }
  await hub.addFolder('mistudio/tiny-stories-1m', join(DEMO, 'tiny-stories-1m'), model)
  await hub.addFolder('mistudio/tiny-gated', join(DEMO, 'tiny-stories-1m'), { ...model, downloads: 900, gated: 'auto' })
  const files = { 'config.json': Buffer.from('{"model_type":"llama"}'), 'pytorch_model.bin': Buffer.from('x') }
  hub.add({ name: 'mistudio/tiny-pickles', files, downloads: 12 })
  hub.add({ name: 'mistudio/small-exports', files: await exportRepo(), downloads: 30 })
  // Of the journey that uploads.
  hub.writer.writers.add('hf_journey_write_token')
  return hub
}

export default async function setup(): Promise<() => Promise<void>> {
  const hub = await startHub()
  const cache = await mkdtemp(join(tmpdir(), 'mistudio-hf-'))
  const stack = await startStack({
    env: { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache, HF_TOKEN: '', HF_HUB_OFFLINE: '' },
  })
  process.env['MISTUDIO_URL'] = stack.url
  process.env['MISTUDIO_API_KEY'] = stack.apiKey
  process.env['MISTUDIO_E2E_DATA_DIR'] = stack.dataDir
  return async () => {
    await stack.stop()
    await hub.stop()
    await rm(cache, { recursive: true })
  }
}
