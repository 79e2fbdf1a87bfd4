// dataset.preview: what a file holds, before it is imported.
import { type DatasetPreview } from '@mistudio/contracts'
import { previewDataset } from '@mistudio/formats'
import { withFileErrors } from '../files/index.js'
import { pipeline } from '../runner/context.js'

export const previewPipeline = pipeline('dataset.preview', {
  async run({ job }) {
    const { path, fileName, recordsIn } = job.params
    const found = await withFileErrors(() => previewDataset(path, fileName, recordsIn))
    const rows = found.rows.map((row) => ({ ...row }))
    const result: DatasetPreview = {
      ...found,
      fileName,
      columns: [...found.columns],
      arrays: [...found.arrays],
      rows,
      problems: [...found.problems],
    }
    return { state: 'completed', result }
  },
})
