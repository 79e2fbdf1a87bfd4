// The rooms as the sidebar, the palette and the `g` keys list them, and their pages for the router: read from the rooms' faces.
import { ROOM_GROUPS, type RoomFace, type RoomLine } from '../kit/index.js'

/** Small: every page is behind an import of its own. */
const FACES = Object.values(import.meta.glob<RoomFace>('../rooms/*/index.ts', { eager: true, import: 'room' }))

const inOrder = (group: RoomLine['group']): readonly RoomLine[] =>
  FACES.flatMap(({ line }) => (line?.group === group ? [line] : [])).sort((a, b) => a.order - b.order)

export interface RoomGroup {
  readonly label: string | null
  readonly rooms: readonly RoomLine[]
}
export const GROUPS: readonly RoomGroup[] = ROOM_GROUPS.filter((group) => group !== 'Foot').map((group) => ({
  label: group === 'Home' ? null : group,
  rooms: inOrder(group),
}))
export const FOOT: readonly RoomLine[] = inOrder('Foot')
export const ROOMS: readonly RoomLine[] = ROOM_GROUPS.flatMap(inOrder)
export const PAGES = FACES.flatMap(({ pages }) => pages)
