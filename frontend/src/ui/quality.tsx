// What is wrong with an SAE, as the contracts judge it: a badge for lists, a notice for pages. The judgement itself is not made here.
import type { QualityProblem } from '@mistudio/contracts'
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Badge } from './badge.js'
import { Notice } from './card.js'

const TITLES = { useless: 'This SAE shows next to nothing of the model', weak: 'This SAE is weak' } as const

interface Props {
  problems: readonly QualityProblem[]
}

export function QualityNotice({ problems }: Props) {
  const [worst] = problems
  if (!worst) return null
  return (
    <Notice tone={worst.severity === 'useless' ? 'red' : 'amber'} icon={TriangleAlert} title={TITLES[worst.severity]}>
      <ul className="list-disc space-y-1 pl-4">
        {problems.map(({ kind, message }) => (
          <li key={kind}>{message}</li>
        ))}
      </ul>
    </Notice>
  )
}

const WORDS: Record<QualityProblem['kind'], string> = {
  reconstruction: 'High FVU',
  silent: 'Hardly fires',
  dense: 'Not sparse',
  cross_entropy: 'Low CE recovered',
  dead: 'Many dead',
}

/** The worst problem in two words, all of them in its title. */
export function QualityBadge({ problems }: Props) {
  const [worst] = problems
  if (!worst) return null
  const more = problems.length > 1 ? ` +${problems.length - 1}` : ''
  return (
    <span title={problems.map(({ message }) => message).join(' ')}>
      <Badge tone={worst.severity === 'useless' ? 'red' : 'amber'} icon={TriangleAlert}>
        {WORDS[worst.kind]}
        {more}
      </Badge>
    </span>
  )
}
