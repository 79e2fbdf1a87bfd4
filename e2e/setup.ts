// Starts a stack for each worker of Playwright, which all its journeys share, and a small Hugging Face hub beside them. Addresses, keys
// and folders go to the tests through the environment.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FullConfig } from '@playwright/test'
import { HubServer } from '../worker/dist/hub/testing/hub-server.js'
import { type Stack, startStack } from './lib/stack.mjs'
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

/** A stack and the folder of its own downloads. */
async function startOne(hub: HubServer): Promise<{ stack: Stack; end: () => Promise<void> }> {
  const cache = await mkdtemp(join(tmpdir(), 'mistudio-hf-'))
  const stack = await startStack({
    env: { HF_ENDPOINT: hub.endpoint, HF_HUB_CACHE: cache, HF_TOKEN: '', HF_HUB_OFFLINE: '' },
  })
  const end = async (): Promise<void> => {
    await stack.stop()
    await rm(cache, { recursive: true })
  }
  return { stack, end }
}

export default async function setup({ workers }: FullConfig): Promise<() => Promise<void>> {
  const hub = await startHub()
  const started = await Promise.all(Array.from({ length: workers }, () => startOne(hub)))
  process.env['MISTUDIO_STACKS'] = JSON.stringify(
    started.map(({ stack: { url, apiKey, dataDir } }) => ({ url, apiKey, dataDir })),
  )
  return async () => {
    await Promise.all(started.map(({ end }) => end()))
    await hub.stop()
  }
}
