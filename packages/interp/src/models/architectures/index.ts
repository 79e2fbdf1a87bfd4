// The architectures that can be run, by `model_type` of config.json.
import { ModelTypeSchema, parseConfig } from '../config.js'
import { ModelError } from '../errors.js'
import type { ModelPlan } from '../plan.js'
import type { Architecture } from './architecture.js'
import { gemma, gemma2, gemma3 } from './gemma.js'
import { gptNeo } from './gpt-neo.js'
import { gptNeox } from './gpt-neox.js'
import { gpt2 } from './gpt2.js'
import { gptj } from './gptj.js'
import { llama } from './llama.js'
import { mistral } from './mistral.js'
import { olmo2 } from './olmo2.js'
import { opt } from './opt.js'
import { phi } from './phi.js'
import { phi3 } from './phi3.js'
import { qwen2, qwen3 } from './qwen.js'
import { stablelm } from './stablelm.js'

const ARCHITECTURES: Readonly<Record<string, Architecture>> = {
  gemma,
  gemma2,
  gemma3_text: gemma3,
  gpt2,
  gpt_neo: gptNeo,
  gpt_neox: gptNeox,
  gptj,
  llama,
  mistral,
  olmo2,
  opt,
  phi,
  phi3,
  qwen2,
  qwen3,
  stablelm,
}

/** The `model_type`s that can be run. */
export const MODEL_TYPES: readonly string[] = Object.keys(ARCHITECTURES)

/**
 * Reads a config.json (parsed JSON) into the plan of a model.
 * @throws ModelError `model_invalid` for malformed configs, `model_unsupported` for architectures or options that are not implemented.
 */
export function planModel(config: unknown): ModelPlan {
  const { model_type: type, quantization_config } = parseConfig(ModelTypeSchema, config)
  const architecture = Object.hasOwn(ARCHITECTURES, type) ? ARCHITECTURES[type] : undefined
  if (!architecture) {
    const known = MODEL_TYPES.join(', ')
    throw new ModelError('model_unsupported', `Models of type ${type} are not supported (supported: ${known}).`, {
      modelType: type,
    })
  }
  if (quantization_config !== undefined && quantization_config !== null) {
    throw new ModelError('model_unsupported', 'config.json: quantised weights (quantization_config) are not supported.')
  }
  return architecture(config)
}
