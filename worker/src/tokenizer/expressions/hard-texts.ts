// Texts on which a regular expression works hardest: long runs of the kinds of characters that it tells apart, behind a beginning that lets
// it enter a repetition and before an end that does not fit. Which kinds there are is asked of the expression itself.

/** Readable ones first: one of them stands in the message about a refused expression. */
const SAMPLES = [
  ..."aA1 .'_-\n\r\t",
  ...Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
  ...'éÉßǅʰªµ中אहिेÅ٣Ⅷ²½€’“…。▁Ġ😀𝒳ſK',
  '\u0301',
  '\u0903',
  '\u00a0',
  '\u0085',
  '\u2028',
  '\u3000',
  '\u200d',
  '\ufeff',
  '\ue000',
  '\u{10ffff}',
]

/** One character of each kind: those that every atom takes or leaves alike are one kind. */
function kindsOf(atoms: readonly string[]): string[] {
  const tests = atoms.map((atom) => new RegExp(`^(?:${atom})$`, 'u'))
  const literals = atoms.flatMap((atom) => [...atom])
  const kinds = new Map<string, string>()
  for (const char of [...SAMPLES, ...literals]) {
    const kind = tests.map((test) => (test.test(char) ? '1' : '0')).join('')
    if (!kinds.has(kind)) kinds.set(kind, char)
  }
  return [...kinds.values()]
}

/** Kinds that are combined with one another; an expression that tells more apart is tried on the first of them in all ways. */
const MAX_COMBINED = 16

export interface HardText {
  readonly text: string
  /** Characters of its run. */
  readonly run: number
}

export function* hardTexts(atoms: readonly string[]): Generator<HardText> {
  const kinds = kindsOf(atoms)
  const some = kinds.slice(0, MAX_COMBINED)
  for (const kind of kinds) for (const end of ['', ...kinds]) yield { text: kind.repeat(64) + end, run: 64 }
  for (const kind of some)
    for (const other of some)
      if (kind !== other)
        for (const end of ['', ...some]) {
          yield { text: kind + other.repeat(32) + end, run: 32 }
          yield { text: (kind + other).repeat(16) + end, run: 32 }
        }
}
