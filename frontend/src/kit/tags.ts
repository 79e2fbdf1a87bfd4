// Tags as they are typed: separated by commas, each once. Pure.
import { MOST_TAGS, TAG_LENGTH } from '@mistudio/contracts'

/** What people write about a thing. */
export interface DescribeTexts {
  readonly name: string
  readonly notes?: string
  readonly tags?: readonly string[]
}

export const tagsOf = (typed: string): string[] => [
  ...new Set(
    typed
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== ''),
  ),
]

/** What is wrong with tags; null when nothing is. */
export function tagsProblem(typed: string): string | null {
  const tags = tagsOf(typed)
  const long = tags.find((tag) => tag.length > TAG_LENGTH)
  if (long) return `“${long}” is longer than ${TAG_LENGTH} characters.`
  return tags.length > MOST_TAGS ? `These are ${tags.length} tags; at most ${MOST_TAGS} are kept.` : null
}
