// What is left out when the interval of a figure is made: documents, or groups of neighbouring ones where there are very many. Pure.

/** More documents than this are put together in groups of neighbours: sums are kept for each. */
const MOST_UNITS = 1024

export interface LeaveOutUnits {
  /** Documents in the text, parts of documents at its ends included. */
  readonly documents: number
  /** Per batch of the text, the unit of every token, from 0 on. */
  readonly units: readonly Int32Array[]
}

/** Units of a text. `documents`: per batch, a number for every token that is the same within a document and not in others. */
export function leaveOutUnits(documents: readonly Int32Array[], most = MOST_UNITS): LeaveOutUnits {
  const ranks = new Map<number, number>()
  for (const batch of documents) for (const one of batch) if (!ranks.has(one)) ranks.set(one, ranks.size)
  const count = ranks.size
  const unitOf = (rank: number): number => (count <= most ? rank : Math.floor((rank * most) / count))
  return { documents: count, units: documents.map((batch) => batch.map((one) => unitOf(ranks.get(one)!))) }
}
