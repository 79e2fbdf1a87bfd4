// How many characters of the texts' font fit into an element, kept up to date while it changes its width.
import { useCallback, useEffect, useState } from 'react'

const SIZE_PX = 13

/** Width of one character of the monospaced font in px. */
function characterWidth(element: HTMLElement): number {
  const probe = document.createElement('span')
  probe.className = 'invisible absolute font-mono whitespace-pre'
  probe.style.fontSize = `${SIZE_PX}px`
  probe.textContent = '0'.repeat(100)
  element.append(probe)
  const width = probe.getBoundingClientRect().width / 100
  probe.remove()
  return width
}

/** @returns a ref for the element, its width in px and the characters that fit; 0 until measured. */
export const useCharacters = (): readonly [
  ref: (element: HTMLElement | null) => void,
  characters: number,
  width: number,
] => {
  const [element, setElement] = useState<HTMLElement | null>(null)
  const [room, setRoom] = useState({ characters: 0, width: 0 })
  const ref = useCallback((found: HTMLElement | null) => setElement(found), [])
  useEffect(() => {
    if (!element) return
    const measure = () => {
      const { width } = element.getBoundingClientRect()
      setRoom({ characters: Math.floor(width / characterWidth(element)), width })
    }
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    return () => observer.disconnect()
  }, [element])
  return [ref, room.characters, room.width]
}
