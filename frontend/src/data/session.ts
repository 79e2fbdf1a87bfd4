// Login by one-time code or API key, and logout.
import type { Me } from '@mistudio/contracts'
import { useMutation } from '@tanstack/react-query'
import { closeSocket, keyOf, queryClient, setSession } from '../live/index.js'
import { send } from './send.js'

const enter = (me: Me) => {
  // Answers read without a session say nothing about this one.
  queryClient.clear()
  queryClient.setQueryData(keyOf('me'), me)
  setSession('in')
}

export const useLoginWithCode = () =>
  useMutation({ mutationFn: (code: string) => send('useLink', { body: { code } }), onSuccess: enter })
export const useLoginWithKey = () =>
  useMutation({ mutationFn: (apiKey: string) => send('login', { body: { apiKey } }), onSuccess: enter })

/** The session of this browser is over. */
export const leave = (): void => {
  closeSocket()
  queryClient.clear()
  setSession('out')
}

export const useLogout = () => useMutation({ mutationFn: () => send('logout', {}), onSuccess: leave })
