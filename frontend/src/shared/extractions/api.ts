// What extractions are made from, and their end.
import { send, useRead } from '../../data/index.js'

/** SAEs that an extraction can read: ready ones of one site. */
export const useReadableSaes = () =>
  useRead(
    'listSaes',
    { query: { ready: 'true' } },
    {
      select: (saes) => saes.filter(({ sites }) => sites.length === 1),
    },
  )

export const deleteExtraction = (id: string) => send('deleteExtraction', { params: { id } })
