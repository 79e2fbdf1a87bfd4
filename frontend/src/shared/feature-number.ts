// A feature's number as people type it. Pure.

/** A typed feature number (`12`, `#12`); null when it is none of this SAE. */
export const parseIndex = (text: string, dSae: number): number | null => {
  const match = /^\s*#?(\d+)\s*$/.exec(text)
  const index = match ? Number(match[1]) : Number.NaN
  return Number.isInteger(index) && index < dSae ? index : null
}
