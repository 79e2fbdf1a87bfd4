// A uPlot instance in a box: made when what it looks like changes, as wide as its box, taken down with it.
import 'uplot/dist/uPlot.min.css'
import { type RefObject, useEffect, useRef } from 'react'
import type uPlot from 'uplot'

/** @param look what needs another instance when it changes; data do not */
export const useUplot = (
  box: RefObject<HTMLElement | null>,
  height: number,
  make: (element: HTMLElement) => uPlot,
  look: readonly unknown[],
): RefObject<uPlot | null> => {
  const plot = useRef<uPlot | null>(null)
  const latest = useRef(make)
  latest.current = make
  // `look` stands for everything that `make` reads of the chart's look.
  useEffect(() => {
    const element = box.current
    if (!element) return
    const made = latest.current(element)
    plot.current = made
    const sizes = new ResizeObserver(
      () => element.clientWidth > 0 && made.setSize({ width: element.clientWidth, height }),
    )
    sizes.observe(element)
    return () => {
      sizes.disconnect()
      made.destroy()
      plot.current = null
    }
  }, [box, height, ...look])
  return plot
}
