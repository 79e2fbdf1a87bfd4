// The accents of the product by hue, as static class names (Tailwind reads them from the source). Not a place for new colours.
import type { Tone } from '@mistudio/contracts'

export type { Tone } from '@mistudio/contracts'

export const TONE_TEXT: Record<Tone, string> = {
  emerald: 'text-tone-emerald',
  blue: 'text-tone-blue',
  purple: 'text-tone-purple',
  cyan: 'text-tone-cyan',
  violet: 'text-tone-violet',
  sky: 'text-tone-sky',
  amber: 'text-tone-amber',
  orange: 'text-tone-orange',
  indigo: 'text-tone-indigo',
  red: 'text-tone-red',
  slate: 'text-tone-slate',
}

/** Tinted background with a border of the same hue: badges and notices. */
export const TONE_SOFT: Record<Tone, string> = {
  emerald: 'bg-tone-emerald/10 border-tone-emerald/40',
  blue: 'bg-tone-blue/10 border-tone-blue/40',
  purple: 'bg-tone-purple/10 border-tone-purple/40',
  cyan: 'bg-tone-cyan/10 border-tone-cyan/40',
  violet: 'bg-tone-violet/10 border-tone-violet/40',
  sky: 'bg-tone-sky/10 border-tone-sky/40',
  amber: 'bg-tone-amber/10 border-tone-amber/40',
  orange: 'bg-tone-orange/10 border-tone-orange/40',
  indigo: 'bg-tone-indigo/10 border-tone-indigo/40',
  red: 'bg-tone-red/10 border-tone-red/40',
  slate: 'bg-tone-slate/10 border-tone-slate/40',
}

/** Solid fills of bars and dots. */
export const TONE_FILL: Record<Tone, string> = {
  emerald: 'bg-emerald-500',
  blue: 'bg-blue-500',
  purple: 'bg-purple-500',
  cyan: 'bg-cyan-500',
  violet: 'bg-violet-500',
  sky: 'bg-sky-500',
  amber: 'bg-amber-500',
  orange: 'bg-orange-500',
  indigo: 'bg-indigo-500',
  red: 'bg-red-500',
  slate: 'bg-slate-500',
}

/** Joins class names, leaving out what is not set. */
export const cx = (...names: (string | false | null | undefined)[]): string => names.filter(Boolean).join(' ')
