// dataset.samples: context windows as the model will see them, decoded token by token.
import { DatasetSamplesParamsSchema, type TokenSamplesResultSchema } from '@mistudio/contracts'
import { TokenReader } from '@mistudio/formats'
import type { z } from 'zod'
import { folderOf, withFileErrors } from '../files/index.js'
import { pipeline } from '../runner/context.js'
import { openTokenizer, type Tokenizer } from '../tokenizer/index.js'

type Params = z.infer<typeof DatasetSamplesParamsSchema>
type Result = z.infer<typeof TokenSamplesResultSchema>

export const samplesPipeline = pipeline('dataset.samples', {
  async run({ job, dataDir }) {
    const tokenizer = await openTokenizer(job.params.modelPath)
    const result = await withFileErrors(async () => {
      const reader = await TokenReader.open(folderOf(dataDir, 'tokenizations', job.params.tokenizationId))
      try {
        return samplesOf(reader, tokenizer, job.params)
      } finally {
        await reader.close()
      }
    })
    return { state: 'completed', result }
  },
})

/** `context` counts within the split. */
function samplesOf(reader: TokenReader, tokenizer: Tokenizer, { split, offset, limit }: Params): Result {
  const train = split === 'train'
  const total = train ? reader.trainContexts : reader.heldOutContexts
  const first = train ? 0 : reader.trainContexts
  const samples: Result['samples'] = []
  for (let context = offset; context < Math.min(total, offset + limit); context++) {
    const tokens = tokenizer.spans(reader.tokens(first + context))
    samples.push({ context, split, tokens, documentStarts: reader.documentStarts(first + context) })
  }
  return { total, samples }
}
