// Where the pipeline of a kind of job is: in `<room>/pipelines.ts` of the room that defines the kind. Loaded lazily and by the runner only,
// so that the supervisor never loads ONNX Runtime.
import { existsSync } from 'node:fs'
import { extname } from 'node:path'
import { JOB_KIND_NAMES, type JobKind, type RoomName, roomOfKind } from '@mistudio/contracts'
import type { Pipeline } from './runner/context.js'

/** A pipeline whose kind is not known before it runs; its `parse` checks the parameters. */
export type AnyPipeline = Pipeline<never>

/** Sources when tests run them, what was built of them else. */
const ENDING = extname(import.meta.url)
const fileOf = (room: RoomName): URL => new URL(`./${room}/pipelines${ENDING}`, import.meta.url)

/** Loads the pipeline of a kind. @throws Error when its room has none. */
export async function loadPipeline(kind: JobKind): Promise<AnyPipeline> {
  const { pipelines }: { pipelines: Readonly<Partial<Record<JobKind, { kind: JobKind }>>> } = await import(
    fileOf(roomOfKind(kind)).href
  )
  const found = pipelines[kind]
  if (found?.kind !== kind) throw new Error(`The room ${roomOfKind(kind)} has no pipeline for ${kind}.`)
  return found as AnyPipeline
}

/** Refuses to start a worker that lacks the pipelines of a room. That each has one per kind, the compiler sees. */
export function checkRegistry(): void {
  const missing = [...new Set(JOB_KIND_NAMES.map(roomOfKind))].filter((room) => !existsSync(fileOf(room)))
  if (missing.length > 0) throw new Error(`No pipelines of ${missing.join(', ')}.`)
}
