// Whether a tokenizer gives back what it was given: a fixed set of texts is encoded and decoded. A text that changes is no error by itself
// (a tokenizer may normalise), but it is worth knowing before token positions and texts are compared.
import type { Tokenizer } from '../tokenizer.js'

/** Texts by what they try; each once through encode and decode. */
export const ROUND_TRIP_TEXTS: Readonly<Record<string, string>> = {
  'plain English': 'The quick brown fox jumps over the lazy dog, and nobody (not even she) said: "Why?"',
  numbers: '3.14159, 1,000,000 and 0042; 2026-01-31 at 23:59',
  contractions: "I'm sure they'd've said it's what we'll do; DON'T.",
  'accents, composed': 'Crème brûlée, façade, Zürich, Ångström, piñata, Łódź',
  'accents, combining': 'Cre\u0300me bru\u0302le\u0301e',
  'Greek and Cyrillic': 'Καλημέρα κόσμε — Съешь ещё этих мягких булок',
  Chinese: '今天天气很好，我们去公园散步吧。',
  'Japanese and Korean': '吾輩は猫である。名前はまだ無い。 나는 학생입니다.',
  'right to left': 'مرحبا بالعالم، שלום עולם',
  emoji: 'Great 😀🎉 and 👍🏽, 👩‍👩‍👧‍👦, 🇪🇺!',
  'beyond the first plane': '𝒳 = 𝔽₂[x], 𓀀, 😶‍🌫️',
  'runs of spaces': 'a  b   c    d        e',
  'spaces around': '  two before, two behind  ',
  'lines and tabs': 'one\ntwo\r\n\tthree\n\n\n\tfour\n',
  'unusual white space': 'no\u00A0break, thin\u2009space, ideographic\u3000space, next\u0085line, mark\uFEFFinside',
  code: 'def f(x):\n    if x >= 0 and x != 3:\n        return {"a": [x ** 2, None]}  # ok\n',
  markup: '<div class="x">&amp; 5 < 6 && 7 > 2</div>',
  'like special tokens': '<|endoftext|> <s>[INST] <<SYS>> </s> <pad> <|im_start|>user',
  'the SentencePiece space': 'a▁b ▁ <0x41>',
  controls: 'bell\u0007, escape\u001B[0m, delete\u007F',
}

interface RoundTripFailure {
  /** Key of the text in ROUND_TRIP_TEXTS, or its number among the texts given. */
  readonly name: string
  /** Characters (code points) that are the same before the first difference. */
  readonly at: number
  /** A few characters from the first difference on, in the text and in what came back. */
  readonly expected: string
  readonly got: string
}

export interface RoundTripReport {
  readonly texts: number
  readonly failed: readonly RoundTripFailure[]
}

const SHOWN = 24

function firstDifference(name: string, text: string, decoded: string): RoundTripFailure {
  const before = [...text]
  const after = [...decoded]
  let at = 0
  while (at < before.length && before[at] === after[at]) at++
  const part = (characters: readonly string[]): string => characters.slice(at, at + SHOWN).join('')
  return { name, at, expected: part(before), got: part(after) }
}

/** Encodes and decodes every text, without special tokens being added; lists those that come back changed. */
export function roundTrip(
  tokenizer: Pick<Tokenizer, 'encode' | 'decode'>,
  texts: Readonly<Record<string, string>> = ROUND_TRIP_TEXTS,
): RoundTripReport {
  const entries = Object.entries(texts)
  const failed = entries.flatMap(([name, text]) => {
    const decoded = tokenizer.decode(tokenizer.encode(text))
    return decoded === text ? [] : [firstDifference(name, text, decoded)]
  })
  return { texts: entries.length, failed }
}
