// What the models room asks and changes.
import type { FolderUpload } from '@mistudio/contracts'
import { send, useFolderUploads, useRead, useTokenizations } from '../../data/index.js'
import { api } from '../../live/index.js'

export const useModel = (id: string) => useRead('getModel', { params: { id } })

/** `deleteFiles` takes the files of an uploaded model along. */
export const deleteModel = (id: string, deleteFiles: boolean) =>
  send('deleteModel', { params: { id }, query: { files: deleteFiles ? 'delete' : 'keep' } })

/** The upload that a model was registered from; null for files in an import root. */
export const useUploadOf = (modelId: string): FolderUpload | null =>
  useFolderUploads().data?.find((upload) => upload.modelId === modelId) ?? null

/** The newest parity report. */
export const useParityReport = (id: string) =>
  useRead('modelParity', { params: { id } }, { staleTime: Number.POSITIVE_INFINITY })

/** Address of the report as a file. */
export const parityFileUrl = (id: string): string => api.urls.modelParityFile({ params: { id } })

/** What each precision takes, beside what is free now; asked of the worker. */
export const useModelMemory = (id: string) => useRead('modelMemory', { params: { id } }, { retry: false })

/** The tensors of the model's files; asked of the worker. */
export const useModelTensors = (id: string) =>
  useRead('modelTensors', { params: { id } }, { staleTime: 300_000, retry: false })

/** Statistics of one tensor; the first time they are computed, which takes a while for large ones. */
export const useModelTensor = (id: string, name: string) =>
  useRead('modelTensor', { params: { id }, query: { name } }, { staleTime: 300_000, retry: false })

/** What else refers to a model, for the question before deleting it. */
export const useModelUsers = (id: string) => {
  const tokenizations = useTokenizations({ modelId: id })
  const saes = useRead('listSaes', { query: { modelId: id } })
  const trainings = useRead('listTrainings', { query: { modelId: id } })
  return {
    tokenizations: tokenizations.data ?? [],
    saes: saes.data ?? [],
    trainings: trainings.data ?? [],
  }
}
