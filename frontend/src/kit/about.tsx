// What people wrote about a thing: tags and notes. Nothing where they wrote nothing.
import { Badge } from '../ui/index.js'

interface AboutProps {
  of: { readonly notes: string; readonly tags: readonly string[] }
  /** One line of the notes. */
  short?: boolean
}

export function About({ of: { notes, tags }, short = false }: AboutProps) {
  if (notes === '' && tags.length === 0) return null
  return (
    <div className="mt-1.5 space-y-1.5">
      {tags.length > 0 && (
        <ul aria-label="Tags" className="flex flex-wrap gap-1.5">
          {tags.map((tag) => (
            <li key={tag}>
              <Badge>{tag}</Badge>
            </li>
          ))}
        </ul>
      )}
      {notes !== '' && (
        <p className={short ? 'line-clamp-1 text-sm text-body' : 'text-sm whitespace-pre-wrap wrap-anywhere text-body'}>
          {notes}
        </p>
      )}
    </div>
  )
}
