// Column names that usually hold text, best first.
export const USUAL_TEXT_NAMES: readonly string[] = [
  'text',
  'content',
  'document',
  'story',
  'body',
  'article',
  'sentence',
  'prompt',
  'completion',
]

/** Those of them that decide by themselves; a prompt and its completion are two texts. */
export const DECIDING_NAMES: readonly string[] = USUAL_TEXT_NAMES.filter(
  (name) => name !== 'prompt' && name !== 'completion',
)
