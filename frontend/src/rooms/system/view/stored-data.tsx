// "Stored data": whether what the product keeps is still what it wrote, when that was looked at, and what is damaged.
import { damageText, type StoredData, type StoredRoom } from '@mistudio/contracts'
import CircleCheck from 'lucide-react/icons/circle-check'
import HardDrive from 'lucide-react/icons/hard-drive'
import { Link } from 'react-router'
import { useRead, useSend } from '../../../data/index.js'
import { JobActions } from '../../../jobs/view/job-actions.js'
import { JobProgress } from '../../../jobs/view/job-progress.js'
import { places } from '../../../places/index.js'
import { Button, Card, ErrorState, formatBytes, plural, RelativeTime, Skeleton, toast } from '../../../ui/index.js'

/** Pages of single things; a tokenization is on its dataset's. */
const PAGES: Partial<Record<StoredRoom, string>> = {
  models: places.models(),
  datasets: places.datasets(),
  captures: places.captures(),
  saes: places.saes(),
  trainings: places.trainings(),
}

export function StoredDataCard() {
  const stored = useRead('storedData')
  const start = useSend('checkStored')
  const job = stored.data?.job ?? null
  return (
    <Card
      title="Stored data"
      description="Files are compared with the hashes written when they were made: when a job opens them, and once a week when nothing else is to be done."
      actions={
        job ? (
          <JobActions job={job} size="sm" />
        ) : (
          <Button
            icon={HardDrive}
            busy={start.isPending}
            onClick={() => start.mutate({ body: { target: null } }, { onError: (error) => toast.error(error) })}
          >
            Check stored data
          </Button>
        )
      }
    >
      {stored.error && !stored.data ? (
        <ErrorState error={stored.error} onRetry={() => void stored.refetch()} />
      ) : !stored.data ? (
        <Skeleton className="h-12" />
      ) : (
        <div className="space-y-3 text-sm">
          {job && <JobProgress job={job} label="Checking stored data" />}
          <Found data={stored.data} />
        </div>
      )}
    </Card>
  )
}

function Found({ data: { checked, bytes, oldestAt, damaged } }: { data: StoredData }) {
  if (checked === 0 || oldestAt === null) return <p className="text-muted">Nothing was looked at yet.</p>
  return (
    <>
      <p className="text-muted">
        {plural(checked, 'thing')} with {formatBytes(bytes)} looked at, the longest ago <RelativeTime at={oldestAt} />
      </p>
      {damaged.length === 0 ? (
        <p className="flex items-center gap-2 text-heading">
          <CircleCheck className="size-4 shrink-0 text-tone-emerald" aria-hidden />
          None is damaged.
        </p>
      ) : (
        <ul aria-label="Damaged" className="space-y-2">
          {damaged.map(({ room, id, file, foundAt }) => (
            <li key={`${room}/${id}`} className="rounded-lg border border-tone-red/40 bg-tone-red/10 p-3 wrap-anywhere">
              <p className="text-heading">{damageText(room, file)}</p>
              <p className="mt-1 text-xs text-muted">
                found <RelativeTime at={foundAt} />
                {PAGES[room] && (
                  <>
                    {' · '}
                    <Link to={`${PAGES[room]}/${id}`} className="underline">
                      Open it
                    </Link>
                  </>
                )}
              </p>
            </li>
          ))}
        </ul>
      )}
    </>
  )
}
