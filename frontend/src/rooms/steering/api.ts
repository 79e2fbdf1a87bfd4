// What the steering room asks and changes.
import { send, useRead } from '../../data/index.js'

export const useSteering = (id: string | null) => useRead('getSteering', id === null ? null : { params: { id } })
export const deleteSteering = (id: string) => send('deleteSteering', { params: { id } })
