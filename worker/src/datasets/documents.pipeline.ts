// dataset.documents: a page of stored documents.
import { type DocumentsResultSchema } from '@mistudio/contracts'
import { DocumentReader } from '@mistudio/formats'
import type { z } from 'zod'
import { folderOf, withFileErrors } from '../files/index.js'
import { pipeline } from '../runner/context.js'

/** Longest text sent; `characters` tells how long the document is. */
const MAX_CHARACTERS = 20_000

export const documentsPipeline = pipeline('dataset.documents', {
  async run({ job, dataDir }) {
    const { datasetId, offset, limit } = job.params
    const result = await withFileErrors(async (): Promise<z.infer<typeof DocumentsResultSchema>> => {
      const reader = await DocumentReader.open(folderOf(dataDir, 'datasets', datasetId))
      try {
        const texts = await reader.read(offset, limit)
        const documents = texts.map((text, i) => ({
          index: offset + i,
          text: shortened(text),
          characters: text.length,
        }))
        return { total: reader.length, documents }
      } finally {
        await reader.close()
      }
    })
    return { state: 'completed', result }
  },
})

function shortened(text: string): string {
  if (text.length <= MAX_CHARACTERS) return text
  const last = text.charCodeAt(MAX_CHARACTERS - 1)
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? MAX_CHARACTERS - 1 : MAX_CHARACTERS)}…`
}
