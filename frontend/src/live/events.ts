// The tail of one job's events in React, without gaps: live events in order, what is missing fetched, and a poll when all is silent.
import type { JobEvent } from '@mistudio/contracts'
import { useEffect, useRef, useState } from 'react'
import { api } from './client.js'
import { STALE_AFTER_MS } from './hooks.js'
import { joinChannel, onJobEvents, onReconnect } from './socket.js'
import { EventTail } from './tail.js'

const PAGE = 1000

export interface JobEventsOptions {
  /** Events up to this number are already known (from a snapshot); default -1: all events from the start. */
  after?: number
  /** Called with each batch, in order, each event once. */
  onEvents(events: readonly JobEvent[]): void
  /** Whether the job may still speak: polls only then. Default true. */
  active?: boolean
}

export interface JobEventsState {
  /** `catching-up` until the first fetch is through and while a gap is being closed. */
  status: 'live' | 'catching-up' | 'failed'
  error: unknown
}

/**
 * Follows a job's events.
 * @param jobId null follows nothing (for example while the subject is still loading)
 * @param channel the subject's channel, `subjectChannel(type, id)`
 */
export const useJobEvents = (
  jobId: string | null,
  channel: string | null,
  options: JobEventsOptions,
): JobEventsState => {
  const { after = -1, active = true } = options
  const deliver = useRef(options.onEvents)
  deliver.current = options.onEvents
  const start = useRef(after)
  start.current = after
  const [state, setState] = useState<JobEventsState>({ status: 'catching-up', error: null })

  useEffect(() => {
    if (!jobId) return
    const tail = new EventTail(start.current)
    const abort = new AbortController()
    let fetching = false
    let again = false
    let heardAt = Date.now()
    const hand = (events: readonly JobEvent[]) => events.length > 0 && deliver.current(events)

    const fetchMissing = async (): Promise<void> => {
      if (fetching) {
        again = true
        return
      }
      fetching = true
      try {
        do {
          again = false
          let page: readonly JobEvent[]
          do {
            page = await api.jobEvents({
              params: { id: jobId },
              query: { after: tail.seq, limit: PAGE },
              signal: abort.signal,
            })
            hand(tail.reconcile(page))
          } while (page.length === PAGE)
          // The server knows of nothing in between: the numbers left out were not kept as events.
          if (tail.hasGap && !again) hand(tail.release())
        } while (again)
        heardAt = Date.now()
        setState({ status: 'live', error: null })
      } catch (error) {
        if (!abort.signal.aborted) setState({ status: 'failed', error })
      } finally {
        fetching = false
      }
    }

    const stopListening = onJobEvents(jobId, (event) => {
      heardAt = Date.now()
      hand(tail.push(event))
      if (tail.hasGap) void fetchMissing()
    })
    const stopReconnect = onReconnect(() => void fetchMissing())
    const leave = channel ? joinChannel(channel) : undefined
    void fetchMissing()
    const timer = active
      ? setInterval(() => Date.now() - heardAt >= STALE_AFTER_MS && void fetchMissing(), 1000)
      : undefined
    return () => {
      abort.abort()
      clearInterval(timer)
      stopListening()
      stopReconnect()
      leave?.()
    }
  }, [jobId, channel, active])
  return state
}
