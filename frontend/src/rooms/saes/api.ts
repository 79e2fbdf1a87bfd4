// What the SAE room asks and changes.
import { type HubSaesQuery, type SaeExportLayout } from '@mistudio/contracts'
import { send, useRead } from '../../data/index.js'
import { api } from '../../live/index.js'

export const useSae = (id: string) => useRead('getSae', { params: { id } })

/** SAE folders of a repository; asked of the hub through the worker. */
export const useHubSaes = (query: HubSaesQuery | null) =>
  useRead('hubSaes', query && { query }, { retry: false, keep: true })

/** Layouts and archives. */
export const useSaeExports = (id: string) => useRead('listSaeExports', { params: { id } }, { keep: true })
export const useSaeCard = (id: string) => useRead('saeCard', { params: { id } }, { gcTime: 0 })

export const deleteSae = (id: string) => send('deleteSae', { params: { id } })

/** Address of a file of the SAE; the browser downloads it with the session's cookie. */
export const saeFileUrl = (id: string, file: string): string => api.urls.saeFile({ params: { id, name: file } })
/** Address of an archive. */
export const saeArchiveUrl = (id: string, layout: SaeExportLayout): string =>
  api.urls.saeExportFile({ params: { id, layout } })
