// Machine samples of the last hour: history from the server once, then the live feed; asked for when the feed falls silent.
import type { SystemSample } from '@mistudio/contracts'
import { useEffect } from 'react'
import { create } from 'zustand'
import { api, STALE_AFTER_MS, useSystemSamples } from '../../live/index.js'
import { appendSample, mergeHistory } from './prepare.js'

interface MachineStore {
  latest: SystemSample | null
  history: readonly SystemSample[]
}
export const useMachine = create<MachineStore>(() => ({ latest: null, history: [] }))

let heardAt = 0
const take = (sample: SystemSample) => {
  heardAt = Date.now()
  useMachine.setState(({ history }) => ({ latest: sample, history: appendSample(history, sample) }))
}

/** Mounted once by the shell. */
export const useMachineFeed = (): void => {
  useSystemSamples(take)
  useEffect(() => {
    const abort = new AbortController()
    const ask = async () => {
      try {
        take(await api.systemSample({ signal: abort.signal }))
      } catch {
        // The connection dot tells; the strip keeps its last figures and asks again.
        heardAt = Date.now()
      }
    }
    void ask()
    const timer = setInterval(() => Date.now() - heardAt > STALE_AFTER_MS && !document.hidden && void ask(), 1000)
    return () => {
      abort.abort()
      clearInterval(timer)
    }
  }, [])
}

/** Fetches the hour before this page was opened. */
export const loadHistory = async (signal?: AbortSignal): Promise<void> => {
  const earlier = await api.systemHistory(signal ? { signal } : {})
  useMachine.setState(({ history }) => ({ history: mergeHistory(earlier, history) }))
}
