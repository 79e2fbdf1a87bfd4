// How much of a dataset goes through a model at once; shared by trainings, extractions and captures.

/** Tokens of one forward pass, about. */
const PASS_TOKENS = 2048

/** Contexts of one forward pass for a context size. */
export const contextsPerPass = (contextSize: number): number => Math.max(1, Math.floor(PASS_TOKENS / contextSize))
