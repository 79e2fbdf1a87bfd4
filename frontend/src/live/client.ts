// The REST client and the query cache of this page. Every answer counts as a sign of life; a 401 sends the person to the login page.
import { createClient } from '@mistudio/client'
import { AppError } from '@mistudio/contracts'
import { QueryClient } from '@tanstack/react-query'
import { setSession, touch } from './contact.js'

const watchedFetch: typeof fetch = async (input, init) => {
  const response = await fetch(input, init)
  // A proxy that cannot reach the server answers 502–504 itself; that is no sign of life.
  if (response.status < 502) touch()
  if (response.status === 401) setSession('out')
  return response
}

export const api = createClient({ fetch: watchedFetch })

const worthRetrying = (error: unknown) => error instanceof AppError && error.code === 'unavailable'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      gcTime: 10 * 60_000,
      // The server may be on this very machine: the browser's idea of "offline" says nothing about it.
      networkMode: 'always',
      retry: (count, error) => worthRetrying(error) && count < 2,
      retryDelay: (count) => 500 * 2 ** count,
    },
    mutations: { networkMode: 'always', retry: false },
  },
})
