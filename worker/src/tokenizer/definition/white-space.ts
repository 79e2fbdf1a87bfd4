// Unicode's white space at the ends of a text. JavaScript's own `trim` takes U+FEFF as well and leaves U+0085. All of it lies below U+FFFF.

const SPACE = /\p{White_Space}/u

export function trimStart(text: string): string {
  let start = 0
  while (start < text.length && SPACE.test(text[start]!)) start++
  return text.slice(start)
}

export function trimEnd(text: string): string {
  let end = text.length
  while (end > 0 && SPACE.test(text[end - 1]!)) end--
  return text.slice(0, end)
}
