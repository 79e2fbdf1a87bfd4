import { expect, it } from 'vitest'
import { consequenceOf } from './endings.js'

it('asks before a training is stopped or cancelled, and says what each leaves', () => {
  const training = { kind: 'training.run', title: 'first SAE' } as const
  expect(consequenceOf(training, 'stop')?.stays.join()).toContain('finished SAE')
  expect(consequenceOf(training, 'cancel')?.goes.join()).toContain('The SAE')
})

it('does not ask before a job is stopped that keeps what it has', () => {
  const job = { kind: 'steering.generate', title: 'Once' } as const
  expect(consequenceOf(job, 'stop')).toBeNull()
  expect(consequenceOf(job, 'cancel')).toMatchObject({ noun: 'job', dismiss: 'Let it run' })
})
