// Values on their way into a jsonb column.

/** What PostgreSQL's jsonb refuses: U+0000 becomes its visible sign U+2400, a lone surrogate U+FFFD, as decoders do with what is no text. */
const storable = (_key: string, value: unknown): unknown =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly the character that jsonb refuses
  typeof value === 'string' ? value.replace(/\u0000/g, '\u2400').replace(/\p{Surrogate}/gu, '\uFFFD') : value

/** JSON for a jsonb parameter. */
export const toJson = (value: unknown): string => JSON.stringify(value ?? null, storable)
