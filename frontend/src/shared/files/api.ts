// Queries of uploaded folders.
import { useQuery } from '@tanstack/react-query'
import { api, keys } from '../../live/index.js'

export const useFolderUploads = () =>
  useQuery({ queryKey: keys.folderUploads, queryFn: ({ signal }) => api.listFolderUploads({ signal }) })
