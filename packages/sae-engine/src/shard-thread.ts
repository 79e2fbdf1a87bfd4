// Entry of a shard thread: opens its memory and sessions, then answers one message at a time.
import { parentPort, workerData } from 'node:worker_threads'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import type { FromShard, ShardStart, ToShard } from './messages.js'
import { Clock } from './shard/clock.js'
import { Exchange } from './shard/exchange.js'
import { ShardMemory } from './shard/memory.js'
import { Products } from './shard/products.js'
import { Shard } from './shard/shard.js'
import { readArrays, readSlice, writeSlice } from './shard/state.js'

const port = parentPort
if (!port) throw new Error('shard-thread runs only as a worker thread.')
const send = (message: FromShard): void => port.postMessage(message)

const { layout, options, exchange, provider = 'cpu' } = workerData as ShardStart

async function open() {
  const memory = new ShardMemory(layout)
  const products = await Products.open(memory, createOrtRuntime({ threads: 1, provider }))
  const shared = new Exchange(exchange, layout)
  const shard = new Shard({ layout, memory, products, exchange: shared, clock: new Clock(shared) }, options)
  return async (message: ToShard): Promise<void> => {
    if (message.type === 'step') {
      const { figures, last } = await shard.step(message.request)
      if (last) send({ type: 'stepped', figures })
    } else if (message.type === 'state') {
      send({ type: 'state', slice: readSlice(memory, layout, shard) })
    } else if (message.type === 'load') {
      writeSlice(memory, layout, shard, message.slice)
      send({ type: 'loaded' })
    } else {
      send({ type: 'gradients', arrays: readArrays(memory, layout, '.g') })
    }
  }
}

const fail = (error: unknown): void =>
  send({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })

open().then((answer) => {
  port.on('message', (message: ToShard) => void answer(message).catch(fail))
  send({ type: 'ready' })
}, fail)
