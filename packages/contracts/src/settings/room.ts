// The room of settings that change at run time.
import { defineRoom, place, words } from '../definition/index.js'
import { SettingsSchema, UpdateSettingsSchema } from './schemas.js'

export * from './schemas.js'

export const settingsRoom = defineRoom({
  name: 'settings',
  title: 'Settings',
  work: null,
  folders: null,
  places: {
    settings: place('/settings', { tab: words.text }),
  },
  channels: [],
  routes: {
    getSettings: {
      summary: 'Reads the settings.',
      method: 'GET',
      path: '/settings',
      scope: 'read',
      status: 200,
      response: SettingsSchema,
    },
    updateSettings: {
      summary: 'Changes settings.',
      method: 'PATCH',
      path: '/settings',
      scope: 'admin',
      status: 200,
      body: UpdateSettingsSchema,
      response: SettingsSchema,
      guarded: true,
    },
  },
})
