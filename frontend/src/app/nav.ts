// The rooms as the sidebar, the palette and the `g` keys list them. Only rooms that exist stand here.
import type { LucideIcon } from 'lucide-react'
import Activity from 'lucide-react/icons/activity'
import Boxes from 'lucide-react/icons/boxes'
import CloudDownload from 'lucide-react/icons/cloud-download'
import Database from 'lucide-react/icons/database'
import GraduationCap from 'lucide-react/icons/graduation-cap'
import House from 'lucide-react/icons/house'
import Layers from 'lucide-react/icons/layers'
import ListChecks from 'lucide-react/icons/list-checks'
import Network from 'lucide-react/icons/network'
import Server from 'lucide-react/icons/server'
import Settings from 'lucide-react/icons/settings'
import SlidersHorizontal from 'lucide-react/icons/sliders-horizontal'
import { places } from '../places/index.js'

export interface Room {
  path: string
  label: string
  icon: LucideIcon
  /** `g` then this letter goes there. */
  key: string
}
export interface RoomGroup {
  label: string | null
  rooms: readonly Room[]
}

export const GROUPS: readonly RoomGroup[] = [
  { label: null, rooms: [{ path: places.home(), label: 'Home', icon: House, key: 'h' }] },
  {
    label: 'Prepare',
    rooms: [
      { path: places.models(), label: 'Models', icon: Server, key: 'm' },
      { path: places.hub(), label: 'Hub', icon: CloudDownload, key: 'b' },
      { path: places.datasets(), label: 'Datasets', icon: Database, key: 'd' },
    ],
  },
  {
    label: 'Build',
    rooms: [
      { path: places.trainings(), label: 'Training', icon: GraduationCap, key: 't' },
      { path: places.saes(), label: 'SAEs', icon: Network, key: 'a' },
    ],
  },
  {
    label: 'Understand',
    rooms: [
      { path: places.extractions(), label: 'Features', icon: Layers, key: 'f' },
      { path: places.captures(), label: 'Activations', icon: Boxes, key: 'v' },
    ],
  },
  { label: 'Act', rooms: [{ path: places.steering(), label: 'Steering', icon: SlidersHorizontal, key: 's' }] },
  {
    label: 'Operate',
    rooms: [
      { path: places.jobs(), label: 'Jobs', icon: ListChecks, key: 'j' },
      { path: places.system(), label: 'System', icon: Activity, key: 'y' },
    ],
  },
]
export const SETTINGS_ROOM: Room = { path: places.settings(), label: 'Settings', icon: Settings, key: ',' }
export const ROOMS: readonly Room[] = [...GROUPS.flatMap((group) => group.rooms), SETTINGS_ROOM]
