// The architectures that can be run, by `model_type` of config.json.
import { ModelTypeSchema, parseConfig } from '../config.js'
import { ModelError } from '../errors.js'
import type { ModelSpec } from '../spec.js'
import type { Architecture } from './architecture.js'
import { llama } from './llama.js'

const ARCHITECTURES: Readonly<Record<string, Architecture>> = { llama }

/** @throws ModelError `model_unsupported` naming the type and those that would do. */
export function architectureOf(modelType: string): Architecture {
  const architecture = Object.hasOwn(ARCHITECTURES, modelType) ? ARCHITECTURES[modelType] : undefined
  if (architecture) return architecture
  const known = Object.keys(ARCHITECTURES).join(', ')
  throw new ModelError('model_unsupported', `Models of type ${modelType} are not supported (supported: ${known}).`, {
    modelType,
  })
}

/**
 * Reads a config.json (parsed JSON) into a spec.
 * @throws ModelError `model_invalid` for malformed configs, `model_unsupported` for architectures or options that are not implemented.
 */
export function parseModelConfig(config: unknown): ModelSpec {
  const { model_type, quantization_config } = parseConfig(ModelTypeSchema, config)
  if (quantization_config !== undefined && quantization_config !== null) {
    throw new ModelError('model_unsupported', 'config.json: quantised weights (quantization_config) are not supported.')
  }
  return architectureOf(model_type).parse(config)
}
