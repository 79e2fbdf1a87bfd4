// A room: one capability of the product, said once. `<room>/room.ts` exports `<room>Room`, and `<room>Work` where it has jobs or subjects;
// `rooms.ts` lists the rooms, `derived.ts` makes everything else of them.
import type { Route } from './route.js'
import type { Work } from './work.js'

export interface Room {
  /** Its folder in contracts, backend and worker. */
  readonly name: string
  /** As OpenAPI groups it. */
  readonly title: string
  /** Its jobs and what they work on; null: none. */
  readonly work: Work | null
  readonly routes: Readonly<Record<string, Route>>
  /** Socket channels beside those of its subjects. */
  readonly channels: readonly string[]
}

export const defineRoom = <const R extends Room>(room: R): R => room
