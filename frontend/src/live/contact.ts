// Whether and when the server last spoke to us. Fed by every answer and every socket message; read by the connection dot and error states.
import { create } from 'zustand'

export type Connection = 'live' | 'catching-up' | 'offline'

interface ContactStore {
  status: Connection
  /** ms of the last sign of life, renewed at most once a second; null before the first. */
  lastContact: number | null
  /** Whether this browser may talk to the server; null until asked. */
  session: 'in' | 'out' | null
}
export const useLiveStatus = create<ContactStore>(() => ({ status: 'catching-up', lastContact: null, session: null }))

/** A sign of life from the server. */
export const touch = (): void => {
  const now = Date.now()
  const { lastContact } = useLiveStatus.getState()
  if (lastContact === null || now - lastContact > 1000) useLiveStatus.setState({ lastContact: now })
}

/** Without a socket and without an answer for this long, the app calls itself offline. */
export const OFFLINE_AFTER_MS = 10_000

export const setStatus = (status: Connection): void => {
  if (useLiveStatus.getState().status !== status) useLiveStatus.setState({ status })
}
export const setSession = (session: 'in' | 'out'): void => {
  if (useLiveStatus.getState().session !== session) useLiveStatus.setState({ session })
}
