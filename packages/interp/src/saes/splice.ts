// An SAE as a part of a model's graph, for interventions that run the model through it and edit its features.
import { float32 } from '@mistudio/onnx'
import type { SpliceProgram } from '../models/index.js'
import type { SaeModel } from './architectures/architecture.js'
import { denseActivations, normalisation } from './encoder-graph.js'
import { SaeError } from './errors.js'

let made = 0

/**
 * The SAE as encoder and decoder nodes. Every call gives a program of its own id: keep it, so that graphs are shared.
 * @throws SaeError `sae_unsupported` for transcoders and crosscoders (they write elsewhere, too) and SAEs whose encoder is no single product.
 */
export function spliceProgram(model: SaeModel): SpliceProgram {
  if (model.kind !== 'affine' || model.transcoder) {
    const what = model.kind === 'affine' ? 'A transcoder' : `A ${model.kind} SAE`
    throw new SaeError('sae_unsupported', `${what} cannot be spliced into a model; ReLU, gated and top-k SAEs can.`)
  }
  if (model.siteWidths) {
    throw new SaeError('sae_unsupported', 'A crosscoder belongs to several sites and cannot be spliced into one.')
  }
  const dSae = model.bEnc.length
  return {
    id: `sae-${made++}`,
    dIn: model.wEnc.length / dSae,
    dSae,
    encode: (graph, x) => denseActivations(graph, model, x),
    decode(graph, features, x) {
      const rows = graph.initialiser(float32(model.decoderRows, [dSae, model.dOut]))
      const product = graph.matmul(features, rows)
      const out = model.bDec ? graph.add(product, graph.floats(model.bDec)) : product
      const scale = normalisation(graph, model, x)
      return scale ? graph.add(graph.mul(out, scale.scale), scale.shift) : out
    },
  }
}
