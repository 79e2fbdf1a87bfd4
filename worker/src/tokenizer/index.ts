// The tokenizer room of the worker.

export { openTokenizer, Tokenizer } from './tokenizer.js'
export { ROUND_TRIP_TEXTS, roundTrip } from './tokens/round-trip.js'
