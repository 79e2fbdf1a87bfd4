// Rules for feature lists: they hold features that the SAE has.
import { AppError, type CreateFeatureList, type FeatureList, type UpdateFeatureList } from '@mistudio/contracts'
import { Injectable } from '@nestjs/common'
import { requireSeen } from '../common/edit.js'
import { SaesService } from '../saes/saes.service.js'
import { FeatureListsRepository } from './feature-lists.repository.js'

@Injectable()
export class FeatureListsService {
  constructor(
    private readonly repository: FeatureListsRepository,
    private readonly saes: SaesService,
  ) {}

  async of(saeId: string): Promise<FeatureList[]> {
    await this.saes.get(saeId)
    return this.repository.of(saeId)
  }

  async create(saeId: string, body: CreateFeatureList): Promise<FeatureList> {
    await this.requireFeatures(saeId, body.indices)
    return this.repository.create(saeId, body)
  }

  async update(id: string, body: UpdateFeatureList, seen: string | null): Promise<FeatureList> {
    const list = await this.get(id)
    await this.requireFeatures(list.saeId, body.add ?? [])
    return this.repository.update(list, body, ({ name }) => {
      if (body.name !== undefined) requireSeen(seen, { name })
    })
  }

  async remove(id: string): Promise<void> {
    await this.get(id)
    await this.repository.remove(id)
  }

  private async get(id: string): Promise<FeatureList> {
    const list = await this.repository.find(id)
    if (!list) throw new AppError('not_found', 'There is no such list of features.')
    return list
  }

  private async requireFeatures(saeId: string, indices: readonly number[]): Promise<void> {
    const { name, dSae } = await this.saes.get(saeId)
    const beyond = indices.find((index) => index >= dSae)
    if (beyond !== undefined)
      throw new AppError('not_found', `"${name}" has ${dSae} features; there is no feature ${beyond}.`)
  }
}
