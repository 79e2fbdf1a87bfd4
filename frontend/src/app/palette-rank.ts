// Which entries fit a typed text, best first: pure.
export interface PaletteEntry {
  label: string
  kind: string
  to: string
}

/** Every typed word must occur in label or kind; a label that starts with the text comes first, then a word that does. */
export const rankEntries = (entries: readonly PaletteEntry[], text: string): PaletteEntry[] => {
  const wanted = text.trim().toLowerCase()
  if (!wanted) return [...entries]
  const words = wanted.split(/\s+/)
  const score = ({ label, kind }: PaletteEntry): number => {
    const name = label.toLowerCase()
    if (!words.every((word) => name.includes(word) || kind.toLowerCase().includes(word))) return 0
    if (name.startsWith(wanted)) return 3
    return words.some((word) => name.split(/[\s\-_./]+/).some((part) => part.startsWith(word))) ? 2 : 1
  }
  return entries
    .map((entry) => ({ entry, score: score(entry) }))
    .filter((scored) => scored.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((scored) => scored.entry)
}
