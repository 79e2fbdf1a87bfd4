// The tokenizer room of the worker.
export { ChatTemplate, type ChatTemplateSource, type RenderOptions } from './chat-template.js'
export { type EncodeOptions, openTokenizer, StreamDecoder, Tokenizer } from './tokenizer.js'
export { ROUND_TRIP_TEXTS, type RoundTripFailure, type RoundTripReport, roundTrip } from './tokens/round-trip.js'
