// Which fields of cfg.json are known, and which of those only describe how an SAE was trained. Anything else is refused by name: what it
// switches on could change every number. Notes of one's own belong into `metadata`, which is free.
import { unknownField } from '@mistudio/formats'
import { SaeError } from './errors.js'

/** Fields that every architecture has. */
const COMMON = [
  ...['architecture', 'd_in', 'd_sae', 'dtype', 'device', 'metadata'],
  ...['apply_b_dec_to_input', 'normalize_activations', 'reshape_activations', 'finetuning_scaling_factor'],
]

/** Of trainings, by how they begin: model, data, optimiser, schedules, losses, evaluation, logging. */
const DESCRIPTIVE_PREFIXES = [
  ...['sae_lens_', 'model_', 'hook_', 'hf_', 'dataset', 'tokenizer', 'neuronpedia', 'context_', 'seqpos_'],
  ...['training_', 'train_', 'total_training_', 'finetuning_tokens', 'finetuning_method', 'eval_', 'n_eval_'],
  ...['n_batches_', 'n_checkpoints', 'n_restart_', 'n_train', 'store_', 'feature_sampling_', 'feature_res', 'dead_'],
  ...['adam_', 'lr', 'l0_', 'l1_', 'lp_', 'mse_loss_', 'aux_loss_', 'target_l0', 'pre_act_loss_', 'jumprelu_'],
  ...['decoder_', 'init_encoder_', 'b_dec_init_', 'normalize_sae_decoder', 'scale_sparsity_', 'use_ghost_', 'ghost_'],
  ...['noise_', 'resample_', 'matryoshka_', 'use_matryoshka_', 'topk_threshold', 'wandb', 'log_', 'checkpoint'],
  ...['compile_', 'llm_', 'sae_compilation_', 'autocast', 'act_store_', 'cached_activations_', 'use_cached_'],
]
const DESCRIPTIVE = [
  ...['prepend_bos', 'exclude_special_tokens', 'is_dataset_tokenized', 'streaming', 'seed', 'name', 'run_name'],
  ...['expansion_factor', 'd_model', 'from_pretrained_path', 'resume', 'resume_from_checkpoint', 'verbose'],
  ...['activations_mixing_fraction', 'prefetch_llm_batches', 'tokens_per_buffer', 'buffer_size_gb'],
  ...['disable_concat_sequences', 'sequence_separator_token', 'begin_batch_token', 'begin_sequence_token'],
  ...['use_sparse_activations', 'output_path', 'save_final_checkpoint', 'column_name', 'sae_class_name', 'sae_path'],
]

const KNOWN = new Set(COMMON)

/** Whether a field says how an SAE was trained or found, and nothing of what it computes. */
export const isDescriptive = (name: string): boolean =>
  DESCRIPTIVE.includes(name) || DESCRIPTIVE_PREFIXES.some((prefix) => name.startsWith(prefix))

/** `own`: fields that the architecture reads besides. @throws SaeError `sae_unsupported` naming field and value. */
export function requireKnownFields(
  cfg: Readonly<Record<string, unknown>>,
  architecture: string,
  own: readonly string[],
): void {
  const unknown = unknownField(cfg, (name) => own.includes(name) || KNOWN.has(name) || isDescriptive(name))
  if (!unknown) return
  throw new SaeError(
    'sae_unsupported',
    `cfg.json says ${unknown.name}: ${unknown.value}, which miStudio does not do for SAEs of architecture ${architecture}; the SAE would compute other numbers. If the field only describes the SAE, move it into "metadata" and open the SAE again.`,
    { field: unknown.name, value: unknown.value },
  )
}
