// What every engine does whatever it computes: goes on from a state with the same bits, keeps what it hands out apart from what it
// works on, refuses what does not fit and goes on afterwards.
import type { ProbedTrainStep, StepEngine } from '../../train-step.js'
import { BATCH, CASES, copyOf, D_IN, type Start, startOf, TRAINER } from './cases.js'
import { below, type Check, refused, same } from './checks.js'

export function behaviourChecks(engine: StepEngine, threads: number): Check[] {
  const cases = CASES.map((one) => ({ ...one, start: startOf(one.fields) })).filter(({ start }) =>
    engine.trains(start.sae),
  )
  const first = cases[0]!.fields
  return [
    ...cases.map(({ name, fields }) => ({
      name: `${name}: goes on from its state with the same bits`,
      run: () => goesOn(engine, threads, startOf(fields)),
    })),
    {
      name: 'a state that was read stays as it was while steps go on',
      run: () => readStays(engine, threads, startOf(first)),
    },
    {
      name: 'a batch that does not fit and a foreign state are refused, and it goes on afterwards',
      run: () => refusals(engine, threads, startOf(first)),
    },
  ]
}

const open = ({ open }: StepEngine, threads: number, { sae }: Start): Promise<ProbedTrainStep> =>
  open({ sae, trainer: TRAINER, batchSize: BATCH, threads })

async function goesOn(engine: StepEngine, threads: number, start: Start): Promise<void> {
  const { state, x, target } = start
  const [first, second] = [await open(engine, threads, start), await open(engine, threads, start)]
  try {
    await first.load(copyOf(state))
    for (let n = 0; n < 4; n++) await first.step(x(n, BATCH), target(n, BATCH))
    await second.load(await first.read())
    for (let n = 4; n < 7; n++) {
      const wanted = await first.step(x(n, 60), target(n, 60))
      same(await second.step(x(n, 60), target(n, 60)), wanted, `figures of step ${n}`)
    }
    same(await second.read(), await first.read(), 'state')
  } finally {
    await Promise.all([first.close(), second.close()])
  }
}

async function readStays(engine: StepEngine, threads: number, start: Start): Promise<void> {
  const step = await open(engine, threads, start)
  try {
    await step.load(copyOf(start.state))
    await step.step(start.x(0, BATCH), start.target(0, BATCH))
    const read = await step.read()
    const kept = structuredClone(read)
    await step.step(start.x(1, BATCH), start.target(1, BATCH))
    same(read, kept, 'state')
  } finally {
    await step.close()
  }
}

async function refusals(engine: StepEngine, threads: number, start: Start): Promise<void> {
  const step = await open(engine, threads, start)
  const batch = start.x(0, BATCH)
  try {
    await step.load(copyOf(start.state))
    await refused(step.step(new Float32Array(D_IN + 1)), 'training_invalid', 'a batch of broken rows')
    await refused(step.step(new Float32Array((BATCH + 1) * D_IN)), 'training_invalid', 'a batch above its size')
    await refused(step.step(batch, new Float32Array(3)), 'training_invalid', 'targets of another size')
    const foreign = startOf({ architecture: 'gated' }).state
    await refused(step.load(copyOf(foreign)), 'training_invalid', 'the state of another architecture')
    below(0, (await step.step(batch)).l0, 'L0 after the refusals')
  } finally {
    await step.close()
  }
}
