// The room of the check of an installation.
import { defineRoom, defineWork } from '../definition/index.js'
import { JobSchema } from '../jobs/schemas.js'
import { InstallationCheckParamsSchema, InstallationCheckSchema } from './schemas.js'

export * from './schemas.js'

export const checksWork = defineWork({
  subjects: {},
  jobs: {
    'installation.check': {
      label: 'Check this installation',
      tone: 'emerald',
      queue: 'compute',
      subject: 'system',
      params: InstallationCheckParamsSchema,
      result: InstallationCheckSchema,
      question: false,
      pausable: false,
      stoppable: false,
      cleaning: false,
    },
  },
})

export const checksRoom = defineRoom({
  name: 'checks',
  title: 'Check of the installation',
  work: checksWork,
  folders: null,
  places: {},
  channels: [],
  routes: {
    checkInstallation: {
      summary: "Queues the check of this installation; its job's result is an InstallationCheck.",
      method: 'POST',
      path: '/system/check',
      scope: 'write',
      status: 200,
      response: JobSchema,
    },
  },
})
