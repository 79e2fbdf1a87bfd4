// Everything that follows from the rooms: kinds of jobs, what they work on, routes, channels. Nothing here names a room.
//
// How others build on it: a list's query is its GET route, cached under the segments of its path; `SUBJECTS[type].renews` says which paths a
// job of a subject renews; `client.urls` has the addresses of routes with raw bytes.
import { z } from 'zod'
import {
  type AnyPlace,
  type Folder,
  isRaw,
  type JobDefinition,
  type Room,
  type Route,
  type Subject,
  type Tone,
  type Work,
} from './definition/index.js'
import { fileRooms, storedRooms } from './files/names.js'
import { jobKinds, subjectTypes } from './jobs/names.js'
import * as faces from './rooms.js'

type Faces = typeof faces
type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never
type Flat<T> = { readonly [K in keyof T]: T[K] }

// Types go by the names of exports, so that those of jobs are known without looking at the routes, which embed jobs.
type FoldersOf = Faces[Extract<keyof Faces, `${string}Folders`>]
type WorkOf = Faces[Extract<keyof Faces, `${string}Work`>]
type RoomOf = Faces[Extract<keyof Faces, `${string}Room`>]

export type RoomName = RoomOf['name']
type DataFolders = Flat<Intersection<FoldersOf>>
type Jobs = Flat<Intersection<WorkOf['jobs']>>
type Subjects = Flat<Intersection<WorkOf['subjects']>>
export type Routes = Flat<Intersection<RoomOf['routes']>>

type Places = Flat<Intersection<RoomOf['places']>>

export type JobKind = keyof Jobs
export type SubjectType = keyof Subjects
export type RouteName = keyof Routes
export type FileRoom = keyof DataFolders
export type StoredRoom = { [N in FileRoom]: DataFolders[N]['hashed'] extends null ? never : N }[FileRoom]
type Raw = { readonly takes: 'bytes' } | { readonly gives: readonly string[] }
export type RawRouteName = { [N in RouteName]: Routes[N] extends Raw ? N : never }[RouteName]
export type JsonRouteName = Exclude<RouteName, RawRouteName>

/** What is only read. */
type Fixed<T> = T extends readonly (infer U)[]
  ? readonly Fixed<U>[]
  : T extends object
    ? { readonly [K in keyof T]: Fixed<T[K]> }
    : T
/** Parameters as given (before defaults are filled in), and as a worker gets them. */
export type JobInput<K extends JobKind> = Fixed<z.input<Jobs[K]['params']>>
export type JobParams<K extends JobKind> = z.output<Jobs[K]['params']>
/** What a job ends with, and what a pipeline answers for it. */
export type JobResult<K extends JobKind> = z.output<Jobs[K]['result']>
export type JobAnswer<K extends JobKind> = Fixed<JobResult<K>>
export type SubjectOf<K extends JobKind> = Jobs[K]['subject']
export type QuestionKind = { [K in JobKind]: Jobs[K]['question'] extends true ? K : never }[JobKind]

/** Every room, by name. */
export const ROOMS: readonly (Room & { readonly name: RoomName })[] = Object.entries(faces)
  .filter(([name]) => name.endsWith('Room'))
  .map(([, room]) => room as RoomOf)
const WORK: readonly Work[] = ROOMS.flatMap(({ work }) => work ?? [])

/** Two rooms that use one name would hide each other. */
function together<T>(parts: readonly Readonly<Record<string, T>>[]): Readonly<Record<string, T>> {
  const all = new Map<string, T>()
  for (const [name, value] of parts.flatMap((part) => Object.entries(part))) {
    if (all.has(name)) throw new Error(`Two rooms define ${name}.`)
    all.set(name, value)
  }
  return Object.fromEntries(all)
}

/** Every kind of job, with the schemas of its parameters and its result. */
export const JOBS = together(WORK.map(({ jobs }) => jobs)) as unknown as Jobs
/** What jobs work on. */
export const SUBJECTS = together(WORK.map(({ subjects }) => subjects)) as unknown as Subjects
/** Every REST route: the client is made of this table by types, the backend's tests check that each entry is served. */
export const ROUTES = together(ROOMS.map(({ routes }) => routes)) as unknown as Routes
/** Every page of the UI that shows something of a room, by name. */
export const PLACES = together<AnyPlace>(ROOMS.map(({ places }) => places)) as unknown as Places

const FOLDERS = together(ROOMS.flatMap(({ folders }) => (folders ? [folders] : []))) as unknown as DataFolders
const folderOf = (name: FileRoom): Folder => FOLDERS[name]
/** Folders of the data directory that hold one folder per id. */
export const FILE_ROOMS = Object.keys(FOLDERS) as readonly FileRoom[]
/** Those whose folders have a manifest with hashes. */
export const STORED_ROOMS = FILE_ROOMS.filter((name): name is StoredRoom => folderOf(name).hashed !== null)
fileRooms.fill(FILE_ROOMS)
storedRooms.fill(STORED_ROOMS)

/** Folders with hashes whose things a table knows from the day they were made. */
export const STORED_TABLES: readonly { readonly room: StoredRoom; readonly table: string }[] = STORED_ROOMS.flatMap(
  (room) => {
    const table = FOLDERS[room].hashed.readyIn
    return table ? [{ room, table }] : []
  },
)

/** `file` is the path of the damaged file below the folder of the thing. */
export function damageText(room: StoredRoom, file: string): string {
  const { what, wayOut } = FOLDERS[room].hashed
  return `${what} is damaged: ${file} is no longer what was written. ${wayOut}, or restore the file from a copy and check it again. Look at the disk, too.`
}

export const JOB_KIND_NAMES = Object.keys(JOBS) as JobKind[]
jobKinds.fill(JOB_KIND_NAMES)
subjectTypes.fill(Object.keys(SUBJECTS) as SubjectType[])

const ROOM_OF_KIND = new Map(
  ROOMS.flatMap(({ name, work }) => Object.keys(work?.jobs ?? {}).map((kind) => [kind, name])),
)
/** The room that defines a kind, and so has its pipeline. */
export function roomOfKind(kind: JobKind): RoomName {
  const room = ROOM_OF_KIND.get(kind)
  if (room === undefined) throw new Error(`No room defines ${kind}.`)
  return room
}
export const jobOf = (kind: JobKind): JobDefinition & { readonly subject: SubjectType; readonly tone: Tone } =>
  JOBS[kind]
export const paramsOf = <K extends JobKind>(kind: K) => JOBS[kind].params as unknown as z.ZodType<JobParams<K>>
export const resultOf = <K extends JobKind>(kind: K) => JOBS[kind].result as unknown as z.ZodType<JobResult<K>>
export const subjectOf = (type: SubjectType): Subject => SUBJECTS[type]
export const routeOf = (name: RouteName): Route => ROUTES[name]
export const isRawName = (name: RouteName): name is RawRouteName => isRaw(routeOf(name))

export const isQuestion = (kind: JobKind): kind is QuestionKind => jobOf(kind).question
const can =
  (what: 'pausable' | 'stoppable' | 'cleaning') =>
  (kind: JobKind): boolean => {
    const job = jobOf(kind)
    return !job.question && job[what]
  }
export const isPausable = can('pausable')
export const isStoppable = can('stoppable')
export const isCleaning = can('cleaning')
export const QUESTION_KINDS: readonly QuestionKind[] = JOB_KIND_NAMES.filter(isQuestion)

const CHANNELS = new Set(ROOMS.flatMap(({ channels }) => channels))
/** Whether there is a socket channel of this name: one that a room names, or that of a subject. */
export function isChannel(name: string): boolean {
  const [type = '', id] = name.split('/')
  return id === undefined ? CHANNELS.has(name) : Object.hasOwn(SUBJECTS, type) && z.uuid().safeParse(id).success
}

export const API_PREFIX = '/api/v1'
export const SOCKET_PATH = '/api/socket.io'
