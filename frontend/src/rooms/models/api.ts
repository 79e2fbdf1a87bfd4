// Queries and changes of the models room.
import type { FolderUpload, Model, Precision } from '@mistudio/contracts'
import { useMutation, useQuery } from '@tanstack/react-query'
import { api, applyJob, hasActiveJob, keys, pollWhile, queryClient } from '../../live/index.js'
import { useFolderUploads } from '../../shared/files/index.js'
import { type NameEdit } from '../../ui/index.js'

export const useModel = (id: string) =>
  useQuery({
    queryKey: keys.model(id),
    queryFn: ({ signal }) => api.getModel({ params: { id }, signal }),
    refetchInterval: pollWhile(hasActiveJob),
  })

const refresh = () => queryClient.invalidateQueries({ queryKey: keys.models })

export const useInspectModel = () => useMutation({ mutationFn: (path: string) => api.inspectModel({ body: { path } }) })

export const useCreateModel = () =>
  useMutation({
    mutationFn: (body: { path: string; name: string; precision: Precision }) => api.createModel({ body }),
    onSuccess: () => void refresh(),
  })

export const useRenameModel = (id: string) =>
  useMutation({
    mutationFn: ({ name, seen }: NameEdit) => api.updateModel({ params: { id }, body: { name }, seen }),
    onSettled: () => void refresh(),
  })

/** `deleteFiles` takes the files of an uploaded model along. */
export const deleteModel = async (id: string, deleteFiles: boolean): Promise<void> => {
  await api.deleteModel({ params: { id }, query: { files: deleteFiles ? 'delete' : 'keep' } })
  await queryClient.invalidateQueries({ queryKey: keys.folderUploads })
  queryClient.removeQueries({ queryKey: keys.model(id) })
  await queryClient.invalidateQueries({ queryKey: keys.models, exact: true })
}

/** The upload that a model was registered from; null for files in an import root. */
export const useUploadOf = (modelId: string): FolderUpload | null =>
  useFolderUploads().data?.find((upload) => upload.modelId === modelId) ?? null

/** The newest parity report, made at `at`. */
export const useParityReport = (id: string, at: string) =>
  useQuery({
    queryKey: keys.modelParity(id, at),
    queryFn: ({ signal }) => api.modelParity({ params: { id }, signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })

/** Address of the report as a file. */
export const parityFileUrl = (id: string): string => api.urls.modelParityFile({ params: { id } })

const checksStarted = ({ job }: Model): void => {
  if (job) applyJob(job)
  void refresh()
}

/** Runs the checks again. */
export const useVerifyModel = (id: string) =>
  useMutation({ mutationFn: () => api.verifyModel({ params: { id } }), onSuccess: checksStarted })

/** Runs the checks at another precision, which the model then has. */
export const useLoadModel = (id: string) =>
  useMutation({
    mutationFn: (precision: Precision) => api.loadModel({ params: { id }, body: { precision } }),
    onSuccess: checksStarted,
  })

/** What each precision takes, beside what is free now; asked of the worker. */
export const useModelMemory = (id: string) =>
  useQuery({
    queryKey: keys.modelMemory(id),
    queryFn: ({ signal }) => api.modelMemory({ params: { id }, signal }),
    retry: false,
  })

/** The tensors of the model's files; asked of the worker. */
export const useModelTensors = (id: string) =>
  useQuery({
    queryKey: keys.modelTensors(id),
    queryFn: ({ signal }) => api.modelTensors({ params: { id }, signal }),
    staleTime: 300_000,
    retry: false,
  })

/** Statistics of one tensor; the first time they are computed, which takes a while for large ones. */
export const useModelTensor = (id: string, name: string) =>
  useQuery({
    queryKey: keys.modelTensor(id, name),
    queryFn: ({ signal }) => api.modelTensor({ params: { id }, query: { name }, signal }),
    staleTime: 300_000,
    retry: false,
  })

/** What else refers to a model, for the question before deleting it. */
export const useModelUsers = (id: string) => {
  const tokenizations = useQuery({
    queryKey: keys.tokenizations({ modelId: id }),
    queryFn: ({ signal }) => api.listTokenizations({ query: { modelId: id }, signal }),
  })
  const saes = useQuery({ queryKey: keys.saes, queryFn: ({ signal }) => api.listSaes({ signal }) })
  const trainings = useQuery({ queryKey: keys.trainings, queryFn: ({ signal }) => api.listTrainings({ signal }) })
  return {
    tokenizations: tokenizations.data ?? [],
    saes: (saes.data ?? []).filter((sae) => sae.modelId === id),
    trainings: (trainings.data ?? []).filter((training) => training.modelId === id),
  }
}
