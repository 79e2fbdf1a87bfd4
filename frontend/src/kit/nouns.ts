// What the things of a list are called.
export interface Nouns {
  readonly one: string
  readonly many: string
}

/** `1 model`, `3 models`. */
export const noun = ({ one, many }: Nouns, count: number): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`

const VOWEL = /^([aeio]|SAE)/i
/** `a model`, `an SAE`. */
export const aOne = ({ one }: Nouns): string => `${VOWEL.test(one) ? 'an' : 'a'} ${one}`
