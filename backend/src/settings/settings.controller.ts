// HTTP of settings.

import type { Settings, UpdateSettingsSchema } from '@mistudio/contracts'
import { Controller } from '@nestjs/common'
import type { z } from 'zod'
import { Seen } from '../common/edit.js'
import { BodyOf, Serve } from '../common/route.js'
import { SettingsService } from './settings.service.js'

@Controller()
export class SettingsController {
  constructor(private readonly settings: SettingsService) {}

  @Serve('getSettings')
  get(): Promise<Settings> {
    return this.settings.get()
  }

  @Serve('updateSettings')
  update(
    @BodyOf('updateSettings') body: z.infer<typeof UpdateSettingsSchema>,
    @Seen() seen: string | null,
  ): Promise<Settings> {
    return this.settings.update(body, seen)
  }
}
