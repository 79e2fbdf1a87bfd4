// Placeholder until the room is written.
import type { RouteObject } from 'react-router'

export const routes: RouteObject[] = []
