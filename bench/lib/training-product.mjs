// The encoder product of a training step alone, the limit of any exact step: as the step runs it, on as many threads.
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { float32, Graph } from '../../packages/onnx/dist/index.js'
import { createOrtRuntime } from '../../packages/onnx/dist/ort.js'

const CHUNK = 512

/**
 * Best of four: tokens per second of x [batch, d_in] · W [d_in, d_sae], features split over threads.
 * @param {{ dIn: number, dSae: number, batch: number }} shape
 * @param {number} threads
 */
export async function productRate({ dIn, dSae, batch }, threads) {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL(import.meta.url), { workerData: { dIn, features: dSae / threads, batch } }),
  )
  /** @param {Worker} worker */
  const answer = (worker) => new Promise((resolve) => worker.once('message', resolve))
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

async function work() {
  const { dIn, features, batch } = workerData
  const g = new Graph('product')
  const w = g.input('w', 'float32', [features, dIn])
  const product = g.gemm(g.input('h', 'float32', ['n', dIn]), w, null, { b: true })
  g.output(product, 'float32', ['n', features], 'y')
  const session = await createOrtRuntime({ threads: 1 }).createSession(g.build())
  /** @param {number[]} dims */
  const random = (...dims) => {
    const count = dims.reduce((product, size) => product * size, 1)
    return float32(
      Float32Array.from({ length: count }, () => Math.random() - 0.5),
      dims,
    )
  }
  const feeds = { h: random(CHUNK, dIn), w: random(features, dIn) }
  const y = random(CHUNK, features)
  parentPort?.on('message', async () => {
    for (let first = 0; first < batch; first += CHUNK) await session.run(feeds, ['y'], { y })
    parentPort?.postMessage('done')
  })
  parentPort?.postMessage('ready')
}

if (!isMainThread) await work()
