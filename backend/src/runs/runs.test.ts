// Guards what charts are told of a run: values by name and range, buckets with what they hold, non-finite values named, summaries, several runs.
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from '../testing/app.js'
import { report } from '../testing/rows.js'

let test: TestApp
const [id, other] = [randomUUID(), randomUUID()]
const get = async (path: string) => (await test.call('GET', path)).body

beforeAll(async () => {
  test = await startTestApp()
  for (const run of [id, other]) await test.database.prisma.run.create({ data: { id: run, kind: 'test', name: 'r' } })
  const steps = Array.from({ length: 1000 }, (_, step) => ({
    step,
    values: { 'a,b': step, odd: step % 2 ? Number.NaN : 1 },
  }))
  await report(test, id, steps)
  await report(test, other, [{ step: 5, values: { 'a,b': Number.POSITIVE_INFINITY } }])
})
afterAll(() => test.close())

describe('series of a run', () => {
  it('are its values where they are few, by name and range', async () => {
    const { data } = await get(`/runs/${id}/series?keys=a%252Cb&from=10&to=12`)
    expect(data).toEqual({
      runId: id,
      revision: 1,
      series: { 'a,b': { width: 1, total: 1000, at: [10, 11, 12], last: [10, 11, 12] } },
    })
    expect(Object.keys((await get(`/runs/${id}/series`)).data.series)).toEqual(['a,b', 'odd'])
    expect(Object.keys((await get(`/runs/${id}/series?keys=_time&points=1`)).data.series)).toEqual(['_time'])
    expect(Object.keys((await get(`/runs/${id}/series?time=true`)).data.series).sort()).toEqual(['_time', 'a,b', 'odd'])
  })

  it('are buckets that say what they hold where they are many', async () => {
    const { data } = await get(`/runs/${id}/series?points=4&from=300`)
    expect(data.series['a,b']).toEqual({
      width: 256,
      total: 1000,
      at: [256, 512, 768],
      first: [256, 512, 768],
      last: [511, 767, 999],
      min: [256, 512, 768],
      max: [511, 767, 999],
      count: [256, 256, 232],
    })
    expect(data.series['odd']).toMatchObject({ last: ['NaN', 'NaN', 'NaN'], min: [1, 1, 1], gaps: [128, 128, 116] })
  })

  it('of several runs are answered together; one that is gone is left out', async () => {
    const { data } = await get(`/runs/series?ids=${other},${randomUUID()},${id}&keys=a%252Cb&points=1`)
    expect(data.map(({ runId }: { runId: string }) => runId)).toEqual([other, id])
    expect(data[0].series['a,b'].last).toEqual(['Infinity'])
    expect((await get(`/runs/${randomUUID()}/series`)).error.code).toBe('not_found')
    expect((await get(`/runs/${id}/series?keys=%25zz`)).error.code).toBe('validation_failed')
  })

  it('are summed up without being read', async () => {
    const { data } = await get(`/runs/${id}/metrics`)
    expect(data[0]).toEqual({
      path: 'a,b',
      count: 1000,
      gaps: 0,
      min: 0,
      max: 999,
      mean: 499.5,
      firstStep: 0,
      lastStep: 999,
      last: 999,
    })
    expect(data[1]).toMatchObject({ path: 'odd', count: 1000, gaps: 500, mean: 1, last: 'NaN' })
  })
})
