// A room: one capability of the product, said once. `<room>/room.ts` exports `<room>Room`, `<room>Work` where it has jobs or subjects, and
// `<room>Folders` where it keeps files; `rooms.ts` lists the rooms, `derived.ts` makes everything else of them.
import type { Folders } from './folders.js'
import type { AnyPlace } from './place.js'
import type { Route } from './route.js'
import type { Work } from './work.js'

export interface Room {
  /** Its folder in contracts, backend and worker. */
  readonly name: string
  /** As OpenAPI groups it. */
  readonly title: string
  /** Its jobs and what they work on; null: none. */
  readonly work: Work | null
  /** Where it keeps files; null: nowhere. */
  readonly folders: Folders | null
  readonly routes: Readonly<Record<string, Route>>
  /** Pages of the UI, by name: their addresses and what those say. Names and first words are of the whole product. */
  readonly places: Readonly<Record<string, AnyPlace>>
  /** Socket channels beside those of its subjects. */
  readonly channels: readonly string[]
}

export const defineRoom = <const R extends Room>(room: R): R => room
