// The log of a job, newest at the bottom, without gaps.
import { type Job, subjectChannel } from '@mistudio/contracts'
import { useEffect, useRef, useState } from 'react'
import { isActive, useJobEvents } from '../../../live/index.js'
import { Card, CopyButton, cx, ErrorState, formatClock, formatDateTime } from '../../../ui/index.js'
import { appendEvents, type LogLine } from '../log.js'

const TONES: Record<LogLine['level'], string> = {
  info: 'text-heading',
  warn: 'text-tone-amber',
  error: 'text-tone-red',
  event: 'text-tone-blue',
}

export function JobLog({ job }: { job: Job }) {
  const [log, setLog] = useState<{ lines: readonly LogLine[]; stage: string | null }>({ lines: [], stage: null })
  const box = useRef<HTMLDivElement>(null)
  const follow = useRef(true)
  const state = useJobEvents(job.id, subjectChannel(job.subjectType, job.subjectId), {
    active: isActive(job),
    onEvents: (events) =>
      setLog((current) =>
        appendEvents(
          current,
          events.filter((e) => !current.lines.some((line) => line.seq === e.seq)),
        ),
      ),
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: scrolls when lines arrive
  useEffect(() => {
    if (follow.current) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [log])
  const text = log.lines.map((line) => `${line.at} ${line.level} ${line.text}`).join('\n')
  return (
    <Card title="Log" actions={log.lines.length > 0 && <CopyButton text={text} label="Copy log" />}>
      {state.status === 'failed' && log.lines.length === 0 ? (
        <ErrorState error={state.error} />
      ) : (
        <div
          ref={box}
          role="log"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
          tabIndex={0}
          onScroll={(event) => {
            const { scrollHeight, scrollTop, clientHeight } = event.currentTarget
            follow.current = scrollHeight - scrollTop - clientHeight < 24
          }}
          className="h-80 overflow-y-auto rounded-lg border border-line bg-code p-3 font-mono text-xs leading-5"
        >
          {log.lines.length === 0 && (
            <p className="text-muted">{state.status === 'live' ? 'Nothing was written yet.' : 'Reading the log…'}</p>
          )}
          {log.lines.map((line) => (
            <p key={line.seq} className="wrap-anywhere whitespace-pre-wrap">
              <time dateTime={line.at} title={formatDateTime(line.at)} className="mr-3 text-muted">
                {formatClock(line.at)}
              </time>
              <span className={cx(TONES[line.level])}>{line.text}</span>
            </p>
          ))}
        </div>
      )}
    </Card>
  )
}
