// Lengths of everything in a training that takes place over steps, against the steps of the run: the same for form and server. Pure.
import type { TrainingOption } from './params.js'

export interface ScheduleProblem {
  readonly option: TrainingOption
  readonly message: string
}

/** What would not fit into the run, or never happen in it. `values`: options by name; those that an architecture lacks are not there. */
export function scheduleProblems(values: Readonly<Record<string, unknown>>): ScheduleProblem[] {
  const number = (key: TrainingOption): number => (typeof values[key] === 'number' ? values[key] : 0)
  const steps = number('steps')
  const problems: ScheduleProblem[] = []
  const add = (option: TrainingOption, message: string) => problems.push({ option, message })
  const decay = values['lrSchedule'] === 'linear' ? number('decaySteps') : 0
  if (number('warmupSteps') + decay > steps) {
    const warmUp = `warm-up (${number('warmupSteps')})`
    const parts = decay > 0 ? `${warmUp} and decay (${decay}) together` : warmUp
    add('warmupSteps', `The ${parts} must not exceed the ${steps} steps.`)
  }
  for (const [option, name] of [
    ['l1WarmUpSteps', 'L1'],
    ['l0WarmUpSteps', 'L0'],
  ] as const) {
    const warmUp = number(option)
    if (warmUp > steps) {
      add(
        option,
        `The ${name} warm-up (${warmUp}) must not exceed the ${steps} steps: the coefficient would never be reached.`,
      )
    } else if (warmUp > 0 && warmUp === steps && typeof values['targetL0'] === 'number') {
      add(option, `The ${name} warm-up takes all ${steps} steps: none is left to steer L0 to its target.`)
    }
  }
  if (values['lrSchedule'] === 'cosine_restarts' && number('lrCycles') > steps) {
    add('lrCycles', `${number('lrCycles')} periods do not fit into ${steps} steps.`)
  }
  const until = number('resampleUntil') * steps
  if (values['revival'] === 'resampling' && number('resampleEvery') > until) {
    add(
      'resampleEvery',
      `With ${steps} steps, resampled until step ${Math.floor(until)}, it would never happen. Resample more often.`,
    )
  }
  return problems
}

/** Shares of the run that schedules take where they are not given, and the most steps they take. */
const USUAL: readonly (readonly [option: TrainingOption, share: number])[] = [
  ['warmupSteps', 0.1],
  ['decaySteps', 0.2],
  ['l1WarmUpSteps', 0.1],
  ['l0WarmUpSteps', 0.1],
]

/** Schedules of a run of so many steps when nothing else is asked for: their defaults (`usual`), or as long as a short run allows. */
export function usualSchedules(steps: unknown, usual: (option: TrainingOption) => unknown): Record<string, number> {
  const lengths = USUAL.flatMap(([option, share]): [string, number][] => {
    const most = usual(option)
    if (typeof most !== 'number') return []
    return [[option, typeof steps === 'number' ? Math.min(most, Math.floor(share * steps)) : most]]
  })
  return Object.fromEntries(lengths)
}

/** Those that were not given. */
export const schedulesFor = (
  given: Readonly<Record<string, unknown>>,
  usual: (option: TrainingOption) => unknown,
): Record<string, number> =>
  Object.fromEntries(Object.entries(usualSchedules(given['steps'], usual)).filter(([option]) => !(option in given)))
