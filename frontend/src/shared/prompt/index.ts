// What a text is written from, and the text that was written, for the rooms that let a model write.
export { promptOf, startPrompt, whyNotPrompt } from './prompt.js'
export { PromptFields } from './prompt-fields.js'
export { WrittenTokens } from './written-tokens.js'
