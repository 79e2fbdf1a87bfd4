// Guards what every room's list answers: pages that fit together, the order, words, ids, states and filters; the whole list for who asks for no page.
import { randomUUID } from 'node:crypto'
import { ROUTES, type Route } from '@mistudio/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestApp, type TestApp } from './testing/app.js'
import { insertChain } from './testing/rows.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
  await insertChain(test, 8)
  await test.database.prisma.model.createMany({
    data: Array.from({ length: 30 }, (_, n) => {
      const createdAt = new Date(Date.UTC(2020, 0, 1 + n))
      return { id: randomUUID(), name: `Model ${n} 50%_${n % 3}`, path: `/models/m${n}`, createdAt }
    }),
  })
})
afterAll(() => test.close())

const ask = async (path: string) => (await test.call('GET', path)).body
const names = (body: { data: { name: string }[] }) => body.data.map(({ name }) => name)
const LISTED = Object.values(ROUTES as Record<string, Route>).filter((route) => route.listed)

describe('lists', () => {
  it.each(LISTED.map(({ path }) => path))(
    '%s: whole without a page, and a page that says how many there are',
    async (path) => {
      const whole = await ask(path)
      expect(whole.meta).toMatchObject({ total: whole.data.length, offset: 0 })
      const first = await ask(`${path}?limit=1`)
      expect(first.data).toEqual(whole.data.slice(0, 1))
      expect(first.meta).toEqual({ total: whole.data.length, offset: 0, limit: 1 })
      expect((await ask(`${path}?search=nothing-is-called-so`)).meta.total).toBe(0)
      expect((await ask(`${path}?limit=501`)).error.code).toBe('validation_failed')
      expect((await ask(`${path}?sort=no-such-order`)).error.code).toBe('validation_failed')
      expect((await ask(`${path}?ids=not-an-id`)).error.code).toBe('validation_failed')
    },
  )

  it.each(LISTED.map((route) => [route.path, route] as const))(
    '%s: every order and filter is a statement that runs',
    async (path, { query }) => {
      const { shape } = query as unknown as {
        shape: Record<string, { safeParse(value: unknown): { success: boolean } }>
      }
      const sorts = [
        'createdAt',
        'name',
        'step',
        'fvu',
        'l0',
        'tokenizations',
        'contextSize',
        'dSae',
        'bytes',
        'extractions',
        'tokens',
        'updatedAt',
        'documents',
        'parameters',
        'work',
      ]
      const asked = sorts
        .filter((sort) => shape['sort']?.safeParse(sort).success)
        .flatMap((sort) => [`sort=${sort}`, `sort=-${sort}`])
      for (const name of Object.keys(shape)) {
        if (['search', 'ids', 'offset', 'limit', 'sort'].includes(name)) continue
        const value = [randomUUID(), 'true', 'active', 'a text'].find((one) => shape[name]?.safeParse(one).success)
        asked.push(`${name}=${value}`)
      }
      for (const one of asked) expect((await test.call('GET', `${path}?${one}&limit=5`)).status, one).toBe(200)
    },
  )

  it.each(LISTED.map(({ path }) => path))(
    '%s: every value that it says there is finds as many as it says',
    async (path) => {
      const { meta } = await ask(`${path}?facets=true&limit=1`)
      for (const [name, values] of Object.entries<{ value: string; count: number }[]>(meta.facets)) {
        // A row may have no tag, or several.
        const counted = values.reduce((sum, { count }) => sum + count, 0)
        if (name !== 'tag') expect(counted, name).toBe(meta.total)
        for (const { value, count } of values)
          expect((await ask(`${path}?${name}=${encodeURIComponent(value)}`)).meta.total, `${name} ${value}`).toBe(count)
      }
    },
  )

  it('orders names as people count', async () => {
    const found = names(await ask('/models?sort=name&search=50'))
    expect(found.map((name) => Number(name.split(' ')[1]))).toEqual(Array.from({ length: 30 }, (_, n) => n))
  })

  it('puts what is being worked on first, then what is new', async () => {
    const [, , oldest] = (await ask('/models?sort=createdAt')).data
    const at = { subjectId: oldest.id, subjectType: 'model', title: 'm', params: {}, queue: 'io' }
    const job = await test.database.prisma.job.create({ data: { ...at, kind: 'model.register', state: 'running' } })
    const asked = await test.database.prisma.job.create({ data: { ...at, kind: 'model.inspect', state: 'running' } })
    const newest = names(await ask('/models'))
    expect(names(await ask('/models?sort=-work'))).toEqual([
      oldest.name,
      ...newest.filter((name) => name !== oldest.name),
    ])
    await test.database.prisma.job.delete({ where: { id: job.id } })
    expect(names(await ask('/models?sort=-work'))).toEqual(newest)
    await test.database.prisma.job.delete({ where: { id: asked.id } })
  })

  it('pages do not overlap and leave nothing out', async () => {
    const whole = names(await ask('/models'))
    const pages = [0, 10, 20, 30].map(async (offset) => names(await ask(`/models?offset=${offset}&limit=10`)))
    expect((await Promise.all(pages)).flat()).toEqual(whole)
    expect(whole).toHaveLength(31)
  })

  it('search finds every word anywhere, and takes signs of patterns as they are', async () => {
    expect(names(await ask(`/models?search=${encodeURIComponent('mODEL 50%_2')}&sort=createdAt`))).toHaveLength(10)
    expect(names(await ask(`/models?search=${encodeURIComponent('m7 model')}`))).toEqual(['Model 7 50%_1'])
    expect(names(await ask(`/models?search=${encodeURIComponent('50__')}`))).toEqual([])
  })

  it('ids, states and readiness', async () => {
    const [a, b] = (await ask('/models?limit=2&offset=3&sort=name')).data
    expect((await ask(`/models?ids=${a.id},${b.id}&sort=-name`)).data.map(({ id }: { id: string }) => id)).toEqual([
      b.id,
      a.id,
    ])
    expect(names(await ask('/models?ready=true'))).toEqual(['tiny'])
    const job = { kind: 'model.register', queue: 'io', subjectType: 'model', title: 'm', params: {} }
    await test.database.prisma.job.create({
      data: { ...job, subjectId: a.id, state: 'failed', createdAt: new Date(0) },
    })
    await test.database.prisma.job.create({ data: { ...job, subjectId: a.id, state: 'paused' } })
    expect(names(await ask('/models?state=active'))).toEqual([a.name])
    expect(names(await ask('/models?state=paused'))).toEqual([a.name])
    expect(names(await ask('/models?state=failed'))).toEqual([])
  })
})
