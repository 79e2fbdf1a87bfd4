// What a room of the UI shows of itself to the shell: its line in the sidebar and its pages. `rooms/<room>/index.ts` exports it as `room`;
// the shell finds it by its folder. A page is loaded on its first visit.
import type { LucideIcon } from 'lucide-react'
import type { ComponentType } from 'react'
import type { RouteObject } from 'react-router'

/** The sidebar's groups, in its order. The first has no heading, the last stands at the foot. */
export const ROOM_GROUPS = ['Home', 'Prepare', 'Build', 'Understand', 'Act', 'Operate', 'Foot'] as const

export interface RoomLine {
  /** Where it leads. */
  readonly path: string
  readonly label: string
  readonly icon: LucideIcon
  /** `g` then this letter goes there. */
  readonly key: string
  readonly group: (typeof ROOM_GROUPS)[number]
  /** Place in its group: smaller stands higher. */
  readonly order: number
}

export interface RoomFace {
  /** null: a room that is reached from others only. */
  readonly line: RoomLine | null
  readonly pages: readonly RouteObject[]
}

/** `pageOf(places.note, async () => (await import('./view/note-page.js')).NotePage)` */
export const pageOf = ({ path }: { readonly path: string }, load: () => Promise<ComponentType>): RouteObject => ({
  path,
  lazy: async () => ({ Component: await load() }),
})
