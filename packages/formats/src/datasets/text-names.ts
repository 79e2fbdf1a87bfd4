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
