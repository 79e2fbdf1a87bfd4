// Whether and when the server last spoke to us. Fed by every answer and every socket message; read by the connection dot and error states.
import { create } from 'zustand'

type Connection = 'live' | 'catching-up' | 'offline'

interface ContactStore {
  status: Connection
  /** ms of the last sign of life, renewed at most once a second; null before the first. */
  lastContact: number | null
  /** Whether this browser may talk to the server; null until asked. */
  session: 'in' | 'out' | null
}
export const useLiveStatus = create<ContactStore>(() => ({ status: 'catching-up', lastContact: null, session: null }))

/** What is known of the line: whether the socket stands, and whether the server answered when it was last asked. */
const line = { socket: false, answers: true }
let heardAt = 0

const settle = (): void => {
  const status = line.answers ? (line.socket ? 'live' : 'catching-up') : 'offline'
  if (useLiveStatus.getState().status !== status) useLiveStatus.setState({ status })
}

/** ms since the server was last heard. */
export const silenceMs = (): number => Date.now() - heardAt

/** A sign of life from the server. */
export const touch = (): void => {
  heardAt = Date.now()
  line.answers = true
  const { lastContact } = useLiveStatus.getState()
  if (lastContact === null || heardAt - lastContact > 1000) useLiveStatus.setState({ lastContact: heardAt })
  settle()
}

/** The server was asked whether it is there and did not answer in time. */
export const noteNoAnswer = (): void => {
  line.answers = false
  settle()
}
export const noteSocket = (up: boolean): void => {
  line.socket = up
  settle()
}
export const setSession = (session: 'in' | 'out'): void => {
  if (useLiveStatus.getState().session !== session) useLiveStatus.setState({ session })
}
