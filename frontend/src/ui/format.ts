// Numbers, sizes, times and shares as people read them. Pure; unknown values become a dash, never a zero.

export const DASH = '–'
type Maybe = number | null | undefined
const missing = (value: Maybe): value is null | undefined =>
  value === null || value === undefined || !Number.isFinite(value)

const scaled = (value: number, base: number, units: readonly string[]): [number, string] => {
  let rest = value
  let unit = 0
  // 999.5 of a unit would print as 1000 of it, so the step to the next unit comes a little earlier.
  while (Math.abs(rest) >= base * 0.9995 && unit < units.length - 1) {
    rest /= base
    unit += 1
  }
  return [rest, units[unit] ?? '']
}

const digits = (value: number): string => {
  const size = Math.abs(value)
  if (Number.isInteger(value) && size < 1000) return String(value)
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2)
}

/** Bytes in binary units: `1.50 GB` means 1.5 × 2³⁰. */
export const formatBytes = (bytes: Maybe): string => {
  if (missing(bytes)) return DASH
  const [value, unit] = scaled(bytes, 1024, ['B', 'KB', 'MB', 'GB', 'TB', 'PB'])
  return `${digits(unit === 'B' ? Math.round(value) : value)} ${unit}`
}

/** Counts with K, M, B: `1.53M`. Below 10,000 the exact number with separators. */
export const formatCount = (count: Maybe): string => {
  if (missing(count)) return DASH
  if (Math.abs(count) < 10_000) return formatNumber(count, Number.isInteger(count) ? 0 : 2)
  const [value, unit] = scaled(count, 1000, ['', 'K', 'M', 'B', 'T'])
  return `${digits(value)}${unit}`
}

/** A number with thousands separators. */
export const formatNumber = (value: Maybe, fraction = 0): string =>
  missing(value)
    ? DASH
    : value.toLocaleString('en-US', { minimumFractionDigits: fraction, maximumFractionDigits: fraction })

/** A measured value with about four significant digits, in exponent form when very small or very large. */
export const formatValue = (value: Maybe): string => {
  if (missing(value)) return DASH
  const size = Math.abs(value)
  if (size === 0) return '0'
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2)
  if (size >= 1000) return formatNumber(value, 0)
  return Number(value.toPrecision(4)).toString()
}

/** A share (0–1) in percent. Never rounds something above zero to `0 %` nor something below one to `100 %`. */
export const formatPercent = (share: Maybe, fraction = 1): string => {
  if (missing(share)) return DASH
  const smallest = 10 ** -fraction
  const percent = share * 100
  if (percent > 0 && percent < smallest / 2) return `<${smallest} %`
  if (percent < 100 && percent > 100 - smallest / 2) return `>${(100 - smallest).toFixed(fraction)} %`
  return `${percent.toFixed(fraction)} %`
}

/** `0.0712 to 0.0944`; null without an interval. */
export const formatInterval = (
  bounds: { readonly low: Maybe; readonly high: Maybe } | null | undefined,
  show: (value: number) => string,
): string | null => (bounds?.low == null || bounds.high == null ? null : `${show(bounds.low)} to ${show(bounds.high)}`)

/** Seconds as `950 ms`, `12.3 s`, `4 min 05 s`, `2 h 10 min`, `3 d 4 h`. */
export const formatDuration = (seconds: Maybe): string => {
  if (missing(seconds) || seconds < 0) return DASH
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  const pad = (n: number) => String(n).padStart(2, '0')
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`
}

/** An estimate of what is left, no more exact than whole seconds. */
export const formatLeft = (seconds: number): string => {
  if (seconds < 1) return 'less than 1 s left'
  return `${seconds < 60 ? `${Math.round(seconds)} s` : formatDuration(seconds)} left`
}

/** Seconds between two ISO times; to now when the end is missing. */
export const secondsBetween = (start: string, end: string | null | undefined, now = Date.now()): number =>
  Math.max(0, ((end ? Date.parse(end) : now) - Date.parse(start)) / 1000)

/** `just now`, `4 min ago`, `yesterday`, `12 Mar 2026`. */
export const formatRelative = (iso: string, now = Date.now()): string => {
  const seconds = (now - Date.parse(iso)) / 1000
  if (seconds < 10) return 'just now'
  if (seconds < 60) return `${Math.floor(seconds)} s ago`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`
  if (seconds < 2 * 86_400) return 'yesterday'
  if (seconds < 30 * 86_400) return `${Math.floor(seconds / 86_400)} days ago`
  return new Date(iso).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })
}

/** Full local date and time, for tooltips. */
export const formatDateTime = (time: string | number): string =>
  new Date(time).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** `14:02:11`. */
export const formatClock = (time: string | number): string =>
  new Date(time).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' })

/** `1 document`, `3 documents`. */
export const plural = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`
