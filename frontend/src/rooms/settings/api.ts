// What the settings room asks and changes.
import type { Session } from '@mistudio/contracts'
import { send, useRead } from '../../data/index.js'
import { leave } from '../../data/session.js'

export const useApiKeys = () => useRead('listKeys')
export const deleteKey = (id: string) => send('deleteKey', { params: { id } })

export const useSessions = () => useRead('listSessions')
export const endSession = async ({ id, current }: Session): Promise<void> => {
  await send('endSession', { params: { id } })
  if (current) leave()
}

/** Signs out everywhere, here too. */
export const endSessions = async (of: 'key' | 'all'): Promise<void> => {
  await send('endSessions', { query: { of } })
  leave()
}
