// The room of files: the picker of import folders, uploads in pieces, removal of files after their rows, and the check of what is kept.
import { z } from 'zod'
import { defineFolders, defineRoom, defineWork } from '../definition/index.js'
import {
  BrowseQuerySchema,
  BrowseSchema,
  CreateFolderUploadSchema,
  FilesRemovedSchema,
  FilesRemoveParamsSchema,
  FolderUploadSchema,
  StoredCheckParamsSchema,
  StoredCheckResultSchema,
  UploadedFileSchema,
  UploadQuerySchema,
  UploadSchema,
} from './schemas.js'

export * from './schemas.js'

export const filesFolders = defineFolders({
  uploads: { hashed: null },
})

export const filesWork = defineWork({
  subjects: {},
  jobs: {
    'files.remove': {
      label: 'Remove files',
      tone: 'orange',
      queue: 'io',
      subject: 'system',
      params: FilesRemoveParamsSchema,
      result: FilesRemovedSchema,
      question: false,
      pausable: false,
      stoppable: false,
      cleaning: false,
    },
    'data.check': {
      label: 'Check stored data',
      tone: 'emerald',
      queue: 'io',
      subject: 'system',
      params: StoredCheckParamsSchema,
      result: StoredCheckResultSchema,
      question: false,
      pausable: false,
      stoppable: false,
      cleaning: false,
    },
  },
})

export const filesRoom = defineRoom({
  name: 'files',
  title: 'Files and uploads',
  work: filesWork,
  folders: filesFolders,
  places: {},
  channels: [],
  routes: {
    browseFiles: {
      summary: 'Lists a folder inside the import folders.',
      method: 'GET',
      path: '/files',
      scope: 'read',
      status: 200,
      query: BrowseQuerySchema,
      response: BrowseSchema,
    },
    uploadFile: {
      summary: 'Takes the file of a dataset in one piece.',
      method: 'POST',
      path: '/uploads',
      scope: 'write',
      status: 201,
      query: UploadQuerySchema,
      takes: 'bytes',
      response: UploadSchema,
    },
    getUpload: {
      summary: 'Reads about an uploaded file.',
      method: 'GET',
      path: '/uploads/:id',
      scope: 'read',
      status: 200,
      response: UploadSchema,
    },
    deleteUpload: {
      summary: 'Deletes an uploaded file that no import has taken.',
      method: 'DELETE',
      path: '/uploads/:id',
      scope: 'write',
      status: 200,
      response: z.null(),
    },
    listFolderUploads: {
      summary: 'Lists uploads in pieces, with how far each file has come.',
      method: 'GET',
      path: '/folder-uploads',
      scope: 'read',
      status: 200,
      response: z.array(FolderUploadSchema),
    },
    createFolderUpload: {
      summary: 'Begins an upload in pieces: which files will come, and how large they are.',
      method: 'POST',
      path: '/folder-uploads',
      scope: 'write',
      status: 201,
      body: CreateFolderUploadSchema,
      response: FolderUploadSchema,
    },
    getFolderUpload: {
      summary: 'Tells how far an upload in pieces has come.',
      method: 'GET',
      path: '/folder-uploads/:id',
      scope: 'read',
      status: 200,
      response: FolderUploadSchema,
    },
    uploadPiece: {
      summary: 'Takes a piece of one file of an upload; Content-Range says which bytes of it.',
      method: 'PATCH',
      path: '/folder-uploads/:id/files/:index',
      scope: 'write',
      status: 200,
      takes: 'bytes',
      response: UploadedFileSchema,
    },
    deleteFolderUpload: {
      summary: 'Deletes an upload with its files.',
      method: 'DELETE',
      path: '/folder-uploads/:id',
      scope: 'write',
      status: 200,
      response: z.null(),
    },
  },
})
