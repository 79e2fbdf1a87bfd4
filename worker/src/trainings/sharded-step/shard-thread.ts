// Entry of a shard thread: opens its memory and sessions, then answers one message at a time.
import { parentPort, workerData } from 'node:worker_threads'
import { createOrtRuntime } from '@mistudio/onnx/ort'
import { ShardEncoders } from './encoders.js'
import { shardLayout } from './layout.js'
import { ShardMemory } from './memory.js'
import type { FromShard, ShardStart, ToShard } from './messages.js'
import { Shard } from './shard.js'
import { readState, unpadded, writeState } from './shard-state.js'

const port = parentPort
if (!port) throw new Error('shard-thread runs only as a worker thread.')
const send = (message: FromShard): void => port.postMessage(message)

const start = workerData as ShardStart
const layout = shardLayout(start.config, start.batchSize, start.shards, start.shard)

async function open() {
  const memory = new ShardMemory(layout)
  const encoders = await ShardEncoders.open(layout, memory, createOrtRuntime({ threads: 1 }))
  const shard = new Shard(layout, memory, encoders, start.exchange)
  const { features } = layout

  async function answer(message: ToShard): Promise<void> {
    if (message.type === 'step') {
      const { metrics, last } = await shard.step(message.rows, message.lr)
      if (last) send({ type: 'stepped', metrics })
    } else if (message.type === 'state') {
      send({ type: 'state', state: readState(memory, layout, shard) })
    } else if (message.type === 'load') {
      writeState(memory, layout, shard, message.state)
      send({ type: 'loaded' })
    } else if (message.type === 'inspect') {
      const inspection = {
        wEnc: unpadded(memory, 'gEnc', features, layout),
        wDec: unpadded(memory, 'gDec', features, layout),
        bEnc: memory.f32('gBias', features).slice(),
        bDec: unpadded(memory, 'gBDec', 1, layout),
        error: unpadded(memory, 'error', message.rows, layout),
      }
      send({ type: 'inspected', inspection })
    } else {
      await encoders.release()
      send({ type: 'closed' })
      port?.close()
    }
  }
  return answer
}

const fail = (error: unknown): void =>
  send({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })

open().then((answer) => {
  port.on('message', (message: ToShard) => void answer(message).catch(fail))
  send({ type: 'ready' })
}, fail)
