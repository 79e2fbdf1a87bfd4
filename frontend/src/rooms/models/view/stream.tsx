// The residual stream in the architecture view.

/** The line of the residual stream beside a step. */
export function Stream({ from, to }: { from: 'top' | 'middle'; to: 'middle' | 'bottom' }) {
  const top = from === 'top' ? '0' : '50%'
  const bottom = to === 'bottom' ? '0' : '50%'
  return <span aria-hidden className="absolute left-[43px] w-[3px] bg-tone-emerald/40" style={{ top, bottom }} />
}
