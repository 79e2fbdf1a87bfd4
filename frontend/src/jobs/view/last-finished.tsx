// "Last finished: name, when" for empty lists.
import { isTerminal } from '../../live/index.js'
import { RelativeTime } from '../../ui/index.js'
import { useJobs } from '../api.js'
import { kindLabel } from '../prepare.js'

export function LastFinished() {
  const last = useJobs({ offset: 0, limit: 10 }).data?.items.find(isTerminal)
  if (!last) return null
  return (
    <>
      Last finished: {kindLabel(last.kind)}, {last.title}, <RelativeTime at={last.finishedAt} />.
    </>
  )
}
