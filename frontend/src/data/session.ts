// Login by one-time code or API key, and logout.
import type { Me } from '@mistudio/contracts'
import { useMutation } from '@tanstack/react-query'
import { api, closeSocket, keys, queryClient, setSession } from '../live/index.js'

const enter = (me: Me) => {
  // Answers read without a session say nothing about this one.
  queryClient.clear()
  queryClient.setQueryData(keys.me, me)
  setSession('in')
}

// Named anew: a call that begins with `use` reads like a hook.
const { useLink: tradeCode } = api
export const useLoginWithCode = () =>
  useMutation({ mutationFn: (code: string) => tradeCode({ body: { code } }), onSuccess: enter })
export const useLoginWithKey = () =>
  useMutation({ mutationFn: (apiKey: string) => api.login({ body: { apiKey } }), onSuccess: enter })

/** The session of this browser is over. */
export const leave = (): void => {
  closeSocket()
  queryClient.clear()
  setSession('out')
}

export const useLogout = () => useMutation({ mutationFn: () => api.logout(), onSuccess: leave })
