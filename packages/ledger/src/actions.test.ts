import { describe, expect, it } from 'vitest'
import { changeFor } from './actions.js'

const job = (
  state: 'queued' | 'running' | 'paused' | 'failed' | 'completed',
  control: 'run' | 'pause' | 'cancel' = 'run',
) => ({ kind: 'training.run', state, control }) as const

describe('job actions', () => {
  it('moves a job that does not run at once', () => {
    expect(changeFor(job('queued'), 'cancel')).toMatchObject({ state: 'cancelled' })
    expect(changeFor(job('queued'), 'pause')).toMatchObject({ state: 'paused' })
    expect(changeFor(job('paused'), 'resume')).toMatchObject({ state: 'queued', control: 'run' })
    expect(changeFor(job('failed'), 'retry')).toMatchObject({ state: 'queued', fresh: true })
  })

  it('only tells a running job what is wanted', () => {
    expect(changeFor(job('running'), 'cancel')).toMatchObject({ state: 'running', control: 'cancel' })
    expect(changeFor(job('running'), 'stop')).toMatchObject({ state: 'running', control: 'stop' })
    expect(changeFor(job('running', 'pause'), 'resume')).toMatchObject({ state: 'running', control: 'run' })
  })

  it.each([
    ['completed', 'cancel', 'ended'],
    ['completed', 'retry', 'completed'],
    ['running', 'retry', 'not ended'],
    ['queued', 'stop', 'does not run'],
    ['failed', 'resume', 'retry'],
  ] as const)('refuses on a %s job to %s and says why', (state, action, reason) => {
    expect(() => changeFor(job(state), action)).toThrow(reason)
  })

  it('runs a cancelled download once more, so that its files are cleared away', () => {
    const download = (state: 'queued' | 'paused', control: 'run' | 'cancel' = 'run') =>
      ({ kind: 'hub.download', state, control }) as const
    expect(changeFor(download('paused'), 'cancel')).toMatchObject({ state: 'queued', control: 'cancel' })
    expect(changeFor(download('queued'), 'cancel')).toMatchObject({ state: 'queued', control: 'cancel' })
    expect(() => changeFor(download('queued', 'cancel'), 'pause')).toThrow('being cancelled')
  })

  it('does not let a pause override a cancel', () => {
    expect(() => changeFor(job('running', 'cancel'), 'pause')).toThrow('being cancelled')
  })
})
