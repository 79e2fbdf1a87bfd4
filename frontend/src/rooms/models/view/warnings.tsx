// What is odd about a model but no reason to refuse it.
import TriangleAlert from 'lucide-react/icons/triangle-alert'
import { Notice } from '../../../ui/index.js'

export function Warnings({ warnings }: { warnings: readonly string[] }) {
  if (warnings.length === 0) return null
  return (
    <Notice tone="amber" icon={TriangleAlert} title="Worth knowing">
      <ul className="mt-1 list-disc space-y-1 pl-4">
        {warnings.map((warning) => (
          <li key={warning}>{warning}</li>
        ))}
      </ul>
    </Notice>
  )
}
