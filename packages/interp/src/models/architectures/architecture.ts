// What an architecture file provides: the way from a config.json to a plan. One file per family; the table of them is in index.ts.
import type { ModelPlan } from '../plan.js'

/**
 * Reads a config.json (parsed JSON) of one family.
 * @throws ModelError `model_invalid` or `model_unsupported`, naming the field.
 */
export type Architecture = (config: unknown) => ModelPlan
