// The main job on given files, with its figures; beside it, in the same run, a peer command that prints one JSON line.
//   node bench/main-job.mjs --model DIR --corpus FILE.jsonl [--site blocks.2.hook_resid_post] [--expansion 16] [--k 32] [--tokens 1000000]
//        [--batch 1024] [--lr 1e-3] [--peer "python quality.py …"] [--extract 500000]
import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { startStack } from '../e2e/lib/stack.mjs'
import { extract, prepare, train } from '../e2e/lib/work.mjs'
import { askPeer } from './lib/peer.mjs'

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'demo/tiny-stories-1m' },
    corpus: { type: 'string', default: 'demo/stories.jsonl' },
    site: { type: 'string', default: 'blocks.2.hook_resid_post' },
    expansion: { type: 'string', default: '16' },
    k: { type: 'string', default: '32' },
    tokens: { type: 'string', default: '1000000' },
    batch: { type: 'string', default: '1024' },
    context: { type: 'string', default: '256' },
    lr: { type: 'string', default: '1e-3' },
    extract: { type: 'string', default: '0' },
    peer: { type: 'string' },
  },
})
const [model, corpus] = [resolve(values.model), resolve(values.corpus)]
const steps = Math.floor(Number(values.tokens) / Number(values.batch))
const params = {
  site: values.site,
  expansion: Number(values.expansion),
  k: Number(values.k),
  steps,
  batchSize: Number(values.batch),
  learningRate: Number(values.lr),
  warmupSteps: Math.min(200, Math.floor(steps / 10)),
  decaySteps: Math.floor(steps / 5),
  evalEvery: steps,
  evalTokens: 65_536,
}

const stack = await startStack({ importRoots: [model, dirname(corpus)] })
try {
  const on = await prepare(stack.client, { model, corpus, contextSize: Number(values.context) })
  const { summary, saeId } = await train(stack.client, on, params)
  console.log('mistudio', JSON.stringify(summary))
  if (Number(values.extract))
    console.log(
      'extraction',
      JSON.stringify(
        (await extract(stack.client, String(saeId), on.tokenizationId, { tokens: Number(values.extract), text: 'all' }))
          .summary,
      ),
    )
  if (values.peer && summary) {
    const peer = await askPeer(values.peer)
    console.log('peer    ', JSON.stringify(peer))
    const ratio = (/** @type {number} */ ours, /** @type {number} */ theirs) => `${(ours / theirs).toFixed(2)}×`
    console.log(
      `ratio: harvest ${ratio(summary.harvestTokensPerSecond, peer.harvest_tokens_per_s)}, steps ${ratio(summary.stepTokensPerSecond, peer.train_tokens_per_s)}; FVU ${summary.fvu.toFixed(4)} against ${peer.fvu}, CE recovered ${summary.ceRecovered?.toFixed(4) ?? 'without value'} against ${peer.ce_recovered}`,
    )
  }
} finally {
  await stack.stop()
}
