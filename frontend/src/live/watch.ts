// Asks a silent server whether it is there: a process that hangs keeps its connections open, so neither socket nor requests would tell.
// With an open page the server speaks every 2 s; when it does not, this says so within 5 s.
import { api } from './client.js'
import { noteNoAnswer, silenceMs } from './contact.js'

const TICK_MS = 500
/** Silence after which the server is asked. */
const SILENT_MS = 2500
/** How long it may take to say that it is there. */
const ANSWER_MS = 2000

let asking: Promise<boolean> | null = null

/** Whether the server answers, asked now. Several calls at once are one question. */
export const askServer = (): Promise<boolean> => {
  asking ??= ask().finally(() => {
    asking = null
  })
  return asking
}

async function ask(): Promise<boolean> {
  const asked = Date.now()
  // Any answer, also a refusal, is a sign of life: the client notes it.
  await api.ping({ signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => undefined)
  const heard = silenceMs() <= Date.now() - asked
  if (!heard) noteNoAnswer()
  return heard
}

/** Watches until the returned function is called. A hidden page asks nothing. */
export const watchServer = (): (() => void) => {
  const look = () => {
    if (!document.hidden && silenceMs() > SILENT_MS) void askServer()
  }
  const timer = setInterval(look, TICK_MS)
  document.addEventListener('visibilitychange', look)
  return () => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', look)
  }
}
