// Guards: a room that leaves out a piece does not compile, and whatever follows from the rooms holds all of it.
import { readdirSync } from 'node:fs'
import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import {
  defineFolders,
  defineRoom,
  defineWork,
  isPausable,
  isQuestion,
  JOB_KIND_NAMES,
  JOBS,
  type JobInput,
  type JobKind,
  JobKindSchema,
  type JobResult,
  jobOf,
  PLACES,
  QUESTION_KINDS,
  type QuestionKind,
  ROOMS,
  ROUTES,
  type Route,
  roomOfKind,
  SUBJECTS,
  type SubjectType,
  SubjectTypeSchema,
} from './index.js'

const QUESTION = {
  label: 'Count words',
  tone: 'blue',
  queue: 'questions',
  subject: 'system',
  params: z.object({ text: z.string() }),
  result: z.object({ words: z.int() }),
  question: true,
} as const
const LONG = { ...QUESTION, queue: 'io', question: false, pausable: false, stoppable: false, cleaning: false } as const
const SUBJECT = { word: 'note', table: 'note', place: 'note', renews: ['/notes'] } as const
const ROUTE = {
  summary: 'Lists notes.',
  method: 'GET',
  path: '/notes',
  scope: 'read',
  status: 200,
  response: z.array(z.string()),
} as const
const FILE = { summary: 'A note.', method: 'GET', path: '/notes/:id/file', scope: 'read', status: 200 } as const

const without = <T extends object, K extends keyof T>(whole: T, key: K): Omit<T, K> => {
  const { [key]: _, ...rest } = whole
  return rest
}
const job = (one: Parameters<typeof defineWork>[0]['jobs'][string]) =>
  defineWork({ subjects: {}, jobs: { 'n.x': one } })
const subject = (one: Parameters<typeof defineWork>[0]['subjects'][string]) =>
  defineWork({ subjects: { note: one }, jobs: {} })
const route = (one: Route) =>
  defineRoom({
    name: 'notes',
    title: 'Notes',
    work: null,
    folders: null,
    places: {},
    channels: [],
    routes: { listNotes: one },
  })

describe('a room that leaves something out does not compile', () => {
  it('a whole one does', () => {
    expect(job(QUESTION).jobs['n.x']).toBe(QUESTION)
    expect(job(LONG).jobs['n.x']).toBe(LONG)
    expect(subject(SUBJECT).subjects.note).toBe(SUBJECT)
    expect(route(ROUTE).routes.listNotes).toBe(ROUTE)
    expect(route({ ...FILE, gives: ['text/plain'] }).routes.listNotes.gives).toEqual(['text/plain'])
  })

  it('jobs', () => {
    // @ts-expect-error: no label
    job(without(LONG, 'label'))
    // @ts-expect-error: no tone
    job(without(LONG, 'tone'))
    // @ts-expect-error: no queue
    job(without(LONG, 'queue'))
    // @ts-expect-error: no subject
    job(without(LONG, 'subject'))
    // @ts-expect-error: no schema of its parameters
    job(without(LONG, 'params'))
    // @ts-expect-error: no schema of its result
    job(without(QUESTION, 'result'))
    // @ts-expect-error: question or work?
    job(without(QUESTION, 'question'))
    // @ts-expect-error: can it be paused?
    job(without(LONG, 'pausable'))
    // @ts-expect-error: can it be stopped?
    job(without(LONG, 'stoppable'))
    // @ts-expect-error: does it keep files while it waits?
    job(without(LONG, 'cleaning'))
    // @ts-expect-error: no such queue
    job({ ...LONG, queue: 'fast' })
  })

  it('subjects', () => {
    // @ts-expect-error: what is it called?
    subject(without(SUBJECT, 'word'))
    // @ts-expect-error: in which table?
    subject(without(SUBJECT, 'table'))
    // @ts-expect-error: on which page?
    subject(without(SUBJECT, 'place'))
    // @ts-expect-error: which lists show its jobs?
    subject(without(SUBJECT, 'renews'))
  })

  it('routes', () => {
    // @ts-expect-error: no summary
    route(without(ROUTE, 'summary'))
    // @ts-expect-error: no scope
    route(without(ROUTE, 'scope'))
    // @ts-expect-error: no status
    route(without(ROUTE, 'status'))
    // @ts-expect-error: answers nothing at all
    route(without(ROUTE, 'response'))
    // @ts-expect-error: neither JSON nor a file
    route(FILE)
    // @ts-expect-error: a path begins with a slash
    route({ ...ROUTE, path: 'notes' })
  })

  it('rooms', () => {
    // @ts-expect-error: does it have jobs? (null: none)
    defineRoom({ name: 'notes', title: 'Notes', folders: null, places: {}, channels: [], routes: {} })
    // @ts-expect-error: does it keep files? (null: none)
    defineRoom({ name: 'notes', title: 'Notes', work: null, places: {}, channels: [], routes: {} })
    // @ts-expect-error: does it have pages? ({}: none)
    defineRoom({ name: 'notes', title: 'Notes', work: null, folders: null, channels: [], routes: {} })
    // @ts-expect-error: no routes
    defineRoom({ name: 'notes', title: 'Notes', work: null, folders: null, places: {}, channels: [] })
    // @ts-expect-error: are its files looked after?
    defineFolders({ notes: {} })
  })
})

describe('what follows from the rooms', () => {
  const folders = readdirSync(new URL('.', import.meta.url), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('/room.ts') && !file.startsWith('definition/'))
    .map((file) => file.slice(0, file.indexOf('/')))

  it('holds every folder with a definition, by its name', () => {
    expect(folders.length).toBeGreaterThan(10)
    expect(ROOMS.map(({ name }) => name).sort()).toEqual(folders.sort())
  })

  it('holds all kinds, subjects and routes of all rooms', () => {
    const kinds = ROOMS.flatMap(({ work }) => Object.keys(work?.jobs ?? {}))
    const subjects = ROOMS.flatMap(({ work }) => Object.keys(work?.subjects ?? {}))
    const routes = ROOMS.flatMap((room) => Object.keys(room.routes))
    expect([...JOB_KIND_NAMES].sort()).toEqual(kinds.sort())
    expect(Object.keys(JOBS).sort()).toEqual(kinds.sort())
    expect(Object.keys(SUBJECTS).sort()).toEqual(subjects.sort())
    expect(Object.keys(ROUTES).sort()).toEqual(routes.sort())
    for (const kind of JOB_KIND_NAMES) expect(ROOMS.find(({ name }) => name === roomOfKind(kind))).toBeDefined()
  })

  it('knows the names in its schemas, and no others', () => {
    for (const kind of JOB_KIND_NAMES) expect(JobKindSchema.parse(kind)).toBe(kind)
    for (const type of Object.keys(SUBJECTS)) expect(SubjectTypeSchema.parse(type)).toBe(type)
    expect(JobKindSchema.safeParse('model.eat').success).toBe(false)
    expect(SubjectTypeSchema.safeParse('toString').success).toBe(false)
  })

  it('gives every job a subject that there is', () => {
    for (const kind of JOB_KIND_NAMES) expect(Object.keys(SUBJECTS), kind).toContain(jobOf(kind).subject)
    expectTypeOf<(typeof JOBS)[JobKind]['subject']>().toExtend<SubjectType>()
  })

  it('leads from every subject to a page that there is', () => {
    for (const [type, { place }] of Object.entries(SUBJECTS))
      if (place !== null) expect(Object.keys(PLACES), type).toContain(place)
  })

  it('renews lists that there are', () => {
    const lists = Object.values(ROUTES)
      .filter(({ method }) => method === 'GET')
      .map(({ path }) => path)
    for (const [type, { renews }] of Object.entries(SUBJECTS)) {
      for (const path of renews) expect(lists, type).toContain(path)
    }
  })

  it('has each address once', () => {
    const addresses = Object.values(ROUTES).map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ':')}`)
    expect(addresses).toEqual([...new Set(addresses)])
  })

  it('tells what may be done with a job', () => {
    expect(isPausable('training.run')).toBe(true)
    expect(isPausable('dataset.import')).toBe(false)
    expect(isQuestion('model.inspect')).toBe(true)
    expect(QUESTION_KINDS).toContain('feature.probe')
    expect(QUESTION_KINDS).not.toContain('training.run')
    expectTypeOf<'training.run'>().not.toExtend<QuestionKind>()
  })

  it('types parameters and results by kind', () => {
    expectTypeOf<JobResult<'files.remove'>>().toEqualTypeOf<{ removed: number }>()
    expectTypeOf<JobInput<'model.inspect'>>().toEqualTypeOf<{ readonly path: string }>()
    // @ts-expect-error: a path is a text
    const wrong: JobInput<'model.inspect'> = { path: 1 }
    expect(wrong).toBeDefined()
  })
})
