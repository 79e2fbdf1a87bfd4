// Copies a text and says so in place.
import Check from 'lucide-react/icons/check'
import Copy from 'lucide-react/icons/copy'
import { useEffect, useState } from 'react'
import { Button, IconButton } from './button.js'
import { toast } from './toast.js'

interface Props {
  text: string
  label?: string
  iconOnly?: boolean
  /** Of the icon alone. */
  className?: string
}

export function CopyButton({ text, label = 'Copy', iconOnly, className = 'size-8' }: Props) {
  const [done, setDone] = useState(false)
  useEffect(() => {
    if (!done) return
    const timer = setTimeout(() => setDone(false), 2000)
    return () => clearTimeout(timer)
  }, [done])
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setDone(true)
    } catch {
      toast.error('The browser did not allow copying. Select the text and copy it by hand.')
    }
  }
  const icon = done ? Check : Copy
  if (iconOnly)
    return <IconButton icon={icon} label={done ? 'Copied' : label} onClick={() => void copy()} className={className} />
  return (
    <Button size="sm" icon={icon} onClick={() => void copy()}>
      {done ? 'Copied' : label}
    </Button>
  )
}
