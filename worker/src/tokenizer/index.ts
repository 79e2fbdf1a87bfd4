// The tokenizer room of the worker.
export { type EncodeOptions, openTokenizer, StreamDecoder, Tokenizer } from './tokenizer.js'
