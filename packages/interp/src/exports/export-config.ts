// The few figures of config.json that an export needs. Read by their several names, so that architectures that have no plan here can be
// used too; everything else of an export is in its graph.
import { z } from 'zod'
import { CommonConfigSchema, count, eosTokenIds, layerCount, parseConfig } from '../models/config.js'
import { type CoreSpec, ModelError } from '../models/index.js'

const ExportConfigSchema = z.looseObject({
  ...CommonConfigSchema.shape,
  hidden_size: count.nullish(),
  n_embd: count.nullish(),
  d_model: count.nullish(),
  num_hidden_layers: layerCount.nullish(),
  n_layer: layerCount.nullish(),
  num_layers: layerCount.nullish(),
  max_position_embeddings: count.nullish(),
  n_positions: count.nullish(),
  n_ctx: count.nullish(),
})

/** Where a config says no longest context. */
const DEFAULT_POSITIONS = 2048

/** @throws ModelError `model_invalid` naming what is missing. */
export function readExportConfig(json: unknown): CoreSpec {
  const config = parseConfig(ExportConfigSchema, json)
  const first = (...names: readonly (keyof typeof config)[]): number => {
    for (const name of names) if (typeof config[name] === 'number') return config[name]
    throw new ModelError('model_invalid', `config.json says none of ${names.join(', ')}.`)
  }
  return {
    architecture: config.model_type,
    layers: first('num_hidden_layers', 'n_layer', 'num_layers'),
    dModel: first('hidden_size', 'n_embd', 'd_model'),
    vocabSize: config.vocab_size,
    maxPositions: config.max_position_embeddings ?? config.n_positions ?? config.n_ctx ?? DEFAULT_POSITIONS,
    bosTokenId: config.bos_token_id ?? null,
    eosTokenIds: eosTokenIds(config.eos_token_id),
  }
}
