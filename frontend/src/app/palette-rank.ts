// Which entries fit a typed text, best first, and features by number: pure.
import type { Extraction } from '@mistudio/contracts'
import { places } from '../places/index.js'
import { parseIndex } from '../shared/feature-number.js'

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

/** What the server is asked for things of a kind: the typed words without that kind's own, `sae tiny` among SAEs being `tiny`. */
export const searchFor = (text: string, kind: string): string =>
  text
    .trim()
    .split(/\s+/)
    .filter((word) => ![kind, `${kind}s`].some((own) => own.toLowerCase() === word.toLowerCase()))
    .join(' ')

/** SAEs whose features are offered. */
const MOST_SAES = 5

export type PaletteExtraction = Pick<Extraction, 'id' | 'saeId' | 'saeName' | 'dSae' | 'status' | 'createdAt'>

/** The newest finished extraction of every SAE, newest first. */
export function newestBySae(extractions: readonly PaletteExtraction[]): PaletteExtraction[] {
  const newest = [...extractions]
    .filter(({ status }) => status === 'ready')
    .sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  return newest.filter((one, at) => newest.findIndex(({ saeId }) => saeId === one.saeId) === at).slice(0, MOST_SAES)
}

/** The feature of this number in every SAE that has it. */
export const featuresByNumber = (extractions: readonly PaletteExtraction[], text: string): PaletteEntry[] =>
  extractions.flatMap(({ id, saeName, dSae }) => {
    const index = parseIndex(text, dSae)
    if (index === null) return []
    return [
      { label: `Feature ${index} of ${saeName}`, kind: 'Feature', to: places.feature({ extractionId: id, index }) },
    ]
  })
