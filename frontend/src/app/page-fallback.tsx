// What stands in a page's place while its code is on its way.
import { SkeletonList } from '../ui/index.js'

export function PageFallback() {
  return (
    <div className="mx-auto w-full max-w-7xl px-6 py-8">
      <SkeletonList rows={3} className="h-32" />
    </div>
  )
}
