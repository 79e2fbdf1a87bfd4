// What an NVIDIA GPU changes: golden models, harvest and decoding with the CUDA provider, beside peers. One command for a machine that has one:
//   node bench/gpu.mjs --goldens FOLDER [--harvest-peer "python harvest_hf.py …"] [--generate-peer "python generate_hf.py …"]
// The provider's libraries are not part of the installation: libonnxruntime_providers_shared.so and …_cuda.so of ONNX Runtime's own
// version lie beside node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1, CUDA and cuDNN where the loader finds
// them. Products are asked for in full float32. Steps of SAEs run on the CPU with every provider.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    goldens: { type: 'string' },
    'harvest-peer': { type: 'string' },
    'generate-peer': { type: 'string' },
    provider: { type: 'string', default: 'cuda' },
  },
})
const file = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url))
const peer = (/** @type {string | undefined} */ command) => (command ? ['--peer', command] : [])
const provider = ['--provider', values.provider]
const steps = [
  ...(values.goldens ? [[file('../packages/cli/dist/main.js'), 'models', 'verify', values.goldens, ...provider]] : []),
  [file('harvest.mjs'), ...provider, ...peer(values['harvest-peer'])],
  [file('generate.mjs'), ...provider, ...peer(values['generate-peer'])],
]
// Without this cuBLAS may round factors to ten bits.
const env = { ...process.env, NVIDIA_TF32_OVERRIDE: '0' }
const failed = steps.filter((step) => {
  console.log(`\n> node ${step.join(' ')}`)
  return spawnSync(process.execPath, step, { stdio: 'inherit', env }).status !== 0
})
process.exitCode = failed.length > 0 ? 1 : 0
