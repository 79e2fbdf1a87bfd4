// The room of the machine and the processes of the product.
import { z } from 'zod'
import { defineRoom, defineWork, place } from '../definition/index.js'
import { CheckStoredSchema, StoredDataSchema } from '../files/schemas.js'
import { JobSchema } from '../jobs/schemas.js'
import {
  HealthSchema,
  PingSchema,
  SYSTEM_CHANNEL,
  SystemInfoSchema,
  SystemSampleSchema,
  WorkerSchema,
} from './schemas.js'

export * from './schemas.js'

export const systemWork = defineWork({
  subjects: {
    /** What concerns no single thing. Removals and the check of stored data concern all that is kept. */
    system: {
      word: 'installation',
      table: null,
      place: null,
      renews: ['/system/stored-data', '/datasets', '/tokenizations', '/saes', '/captures'],
    },
  },
  jobs: {},
})

export const systemRoom = defineRoom({
  name: 'system',
  title: 'System',
  work: systemWork,
  folders: null,
  places: {
    system: place('/system', {}),
  },
  channels: [SYSTEM_CHANNEL],
  routes: {
    health: {
      summary: 'Tells whether database, Redis and worker answer.',
      method: 'GET',
      path: '/health',
      scope: null,
      status: 200,
      response: HealthSchema,
    },
    ping: {
      summary: 'Tells whether the server answers at all; asks nothing of database, Redis or worker.',
      method: 'GET',
      path: '/ping',
      scope: null,
      status: 200,
      response: PingSchema,
    },
    systemInfo: {
      summary: 'Reads about the machine: processor, memory, disk, versions.',
      method: 'GET',
      path: '/system/info',
      scope: 'read',
      status: 200,
      response: SystemInfoSchema,
    },
    systemSample: {
      summary: 'Measures the machine now.',
      method: 'GET',
      path: '/system/sample',
      scope: 'read',
      status: 200,
      response: SystemSampleSchema,
    },
    systemHistory: {
      summary: 'Reads the measurements of the last minutes.',
      method: 'GET',
      path: '/system/history',
      scope: 'read',
      status: 200,
      response: z.array(SystemSampleSchema),
    },
    storedData: {
      summary: 'Tells what is known of the state of all stored data.',
      method: 'GET',
      path: '/system/stored-data',
      scope: 'read',
      status: 200,
      response: StoredDataSchema,
    },
    checkStored: {
      summary: 'Queues a check of stored data against the hashes it was written with.',
      method: 'POST',
      path: '/system/stored-data/check',
      scope: 'write',
      status: 200,
      body: CheckStoredSchema,
      response: JobSchema,
    },
    listWorkers: {
      summary: 'Lists the worker processes and what their runners do.',
      method: 'GET',
      path: '/system/workers',
      scope: 'read',
      status: 200,
      response: z.array(WorkerSchema),
    },
  },
})
