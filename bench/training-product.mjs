// The encoder product of a training step alone, the limit of any exact step: as the step runs it, on as many threads.
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { float32, Graph } from '../packages/onnx/dist/index.js'
import { createOrtRuntime } from '../packages/onnx/dist/ort.js'

const CHUNK = 512

/**
 * Best of four: tokens per second of x [batch, d_in] · W [d_in, d_sae], features split over threads.
 * @param {number} dIn @param {number} dSae @param {number} batch @param {number} threads
 */
export async function productRate(dIn, dSae, batch, threads) {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL(import.meta.url), { workerData: { dIn, features: dSae / threads, batch } }),
  )
  const answer = (/** @type {Worker} */ worker) => new Promise((resolve) => worker.once('message', resolve))
  try {
    await Promise.all(workers.map(answer))
    let best = Number.POSITIVE_INFINITY
    for (let n = 0; n < 4; n++) {
      const began = performance.now()
      const done = workers.map(answer)
      for (const worker of workers) worker.postMessage('go')
      await Promise.all(done)
      best = Math.min(best, performance.now() - began)
    }
    return (batch / best) * 1000
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

if (parentPort) {
  const port = parentPort
  const { dIn, features, batch } = workerData
  const g = new Graph('product')
  const product = g.gemm(g.input('h', 'float32', ['n', dIn]), g.input('w', 'float32', [features, dIn]), null, {
    b: true,
  })
  g.output(product, 'float32', ['n', features], 'y')
  const session = await createOrtRuntime({ threads: 1 }).createSession(g.build())
  const random = (/** @type {number} */ count) => Float32Array.from({ length: count }, () => Math.random() - 0.5)
  const [h, w, y] = [
    random(CHUNK * dIn),
    float32(random(features * dIn), [features, dIn]),
    new Float32Array(CHUNK * features),
  ]
  port.on('message', async () => {
    for (let first = 0; first < batch; first += CHUNK) {
      await session.run({ h: float32(h, [CHUNK, dIn]), w }, ['y'], { y: float32(y, [CHUNK, features]) })
    }
    port.postMessage('done')
  })
  port.postMessage('ready')
}
