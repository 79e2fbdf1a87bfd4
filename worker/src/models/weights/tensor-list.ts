// The tensors of a model folder with the part and layer they belong to. Reads headers only.
import type { ModelTensor } from '@mistudio/contracts'
import { DTYPE_BYTES, type SafetensorsDtype } from '@mistudio/formats'
import { planTensors } from '@mistudio/interp/models'
import type { WeightsFolder } from '../model-folder.js'
import { blockTensors } from '../structure.js'

type Place = Pick<ModelTensor, 'part' | 'layer'>

/** Part and layer by the name in the file. */
function places({ plan, tensors }: WeightsFolder): ReadonlyMap<string, Place> {
  const found = new Map<string, Place>()
  const fileName = (name: string): string => tensors.fileNames.get(name)!
  for (const { name, part } of planTensors(plan)) found.set(fileName(name), { part, layer: null })
  for (const [layer, block] of plan.blocks.entries()) {
    for (const { name, part } of blockTensors(plan, block)) found.set(fileName(name), { part, layer })
  }
  return found
}

/** Every tensor of the files, those the model uses first, in the order of the forward pass as far as layers say. */
export function listTensors(folder: WeightsFolder): ModelTensor[] {
  const known = places(folder)
  const tensors = folder.source.names().map((name): ModelTensor => {
    const { dtype, shape } = folder.source.info(name)
    const count = shape.reduce((product, dim) => product * dim, 1)
    const bytes = count * DTYPE_BYTES[dtype as SafetensorsDtype]
    const { part, layer } = known.get(name) ?? { part: null, layer: null }
    return { name, shape: [...shape], dtype, bytes, count, part, layer }
  })
  const ranks = new Map([...known.keys()].map((name, rank) => [name, rank]))
  const rank = ({ name }: ModelTensor): number => ranks.get(name) ?? ranks.size
  return tensors.sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
}
