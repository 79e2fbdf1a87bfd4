// What an NVIDIA GPU changes: golden models and trainings, harvest, decoding and SAE steps with the CUDA provider, beside peers. One command
// for a machine that has one:
//   node bench/gpu.mjs --goldens FOLDER --train-goldens FOLDER [--harvest-peer "python harvest_hf.py …"]
//     [--generate-peer "python generate_hf.py …"] [--train-peer "python train_saelens.py --arch {arch} …"]
// The provider's libraries are not part of the installation: libonnxruntime_providers_shared.so and …_cuda.so of ONNX Runtime's own
// version lie beside node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1, CUDA and cuDNN where the loader finds
// them. Products are asked for in full float32. Of SAE steps the dense products run on the provider, and copy their matrices to and from
// it every time; selection, gradients from lists and Adam stay on the CPU.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    goldens: { type: 'string' },
    'harvest-peer': { type: 'string' },
    'generate-peer': { type: 'string' },
    'train-goldens': { type: 'string' },
    'train-peer': { type: 'string', multiple: true, default: [] },
    provider: { type: 'string', default: 'cuda' },
  },
})
const file = (/** @type {string} */ path) => fileURLToPath(new URL(path, import.meta.url))
const peer = (/** @type {string | undefined} */ command) => (command ? ['--peer', command] : [])
const vitest = file('../node_modules/vitest/vitest.mjs')
const provider = ['--provider', values.provider]
const steps = [
  ...(values.goldens ? [[file('../packages/cli/dist/main.js'), 'models', 'verify', values.goldens, ...provider]] : []),
  [file('harvest.mjs'), ...provider, ...peer(values['harvest-peer'])],
  [file('generate.mjs'), ...provider, ...peer(values['generate-peer'])],
  ...(values['train-goldens'] ? [[vitest, 'run', 'packages/sae-engine/src/conformance.test.ts']] : []),
  [file('training.mjs'), '--arch', 'topk,standard,jumprelu,gated', ...provider, ...values['train-peer'].flatMap(peer)],
]
// Without this cuBLAS may round factors to ten bits.
const env = {
  ...process.env,
  NVIDIA_TF32_OVERRIDE: '0',
  SAE_TRAIN_PROVIDER: values.provider,
  ...(values['train-goldens'] ? { SAE_TRAIN_GOLDENS: values['train-goldens'] } : {}),
}
const failed = steps.filter((step) => {
  console.log(`\n> node ${step.join(' ')}`)
  return spawnSync(process.execPath, step, { stdio: 'inherit', env, cwd: file('..') }).status !== 0
})
process.exitCode = failed.length > 0 ? 1 : 0
