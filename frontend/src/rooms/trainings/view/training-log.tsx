// The newest lines of the job's log, newest first.
import { Link } from 'react-router'
import { places } from '../../../places/index.js'
import { Card, CopyButton, cx, formatClock, formatDateTime } from '../../../ui/index.js'
import type { LogLine } from '../curves.js'

const TONES = { info: 'text-body', warn: 'text-tone-amber', error: 'text-tone-red' }

export function TrainingLog({ lines, jobId }: { lines: readonly LogLine[]; jobId: string | null }) {
  const text = lines.map((line) => `${line.at} ${line.level} ${line.message}`).join('\n')
  return (
    <Card
      title="Log"
      actions={
        <>
          {jobId && (
            <Link to={places.job({ id: jobId })} className="text-sm text-body underline hover:text-heading">
              Whole log
            </Link>
          )}
          {lines.length > 0 && <CopyButton text={text} />}
        </>
      }
    >
      {lines.length === 0 ? (
        <p className="text-sm text-muted">No messages in the newest events.</p>
      ) : (
        <section
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
          tabIndex={0}
          aria-label="Log lines"
          className="max-h-96 overflow-y-auto rounded-lg bg-code p-3 font-mono text-xs"
        >
          <ol className="space-y-1">
            {[...lines].reverse().map((line) => (
              <li key={line.seq} className={cx('wrap-anywhere', TONES[line.level])}>
                <time dateTime={line.at} title={formatDateTime(line.at)} className="mr-2 text-muted">
                  {formatClock(line.at)}
                </time>
                {line.level !== 'info' && <b>{line.level} </b>}
                {line.message}
              </li>
            ))}
          </ol>
        </section>
      )}
    </Card>
  )
}
