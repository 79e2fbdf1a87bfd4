// In which numbers a model's matrices are held while it runs. The files of a model are never changed by it.
import { z } from 'zod'

export const PrecisionSchema = z.enum(['float32', 'float16', 'int8', 'int4'])
export type Precision = z.infer<typeof PrecisionSchema>

/** In parameters of jobs that open a model; jobs of earlier versions ran at float32. */
export const JobPrecisionSchema = PrecisionSchema.default('float32')

/** What each means, as forms and pages say it. */
export const PRECISION_TEXTS: Readonly<Record<Precision, { label: string; explanation: string }>> = {
  float32: { label: 'float32', explanation: 'Full precision: the reference that the others are measured against.' },
  float16: { label: 'float16', explanation: 'Half precision, for devices that compute in it.' },
  int8: {
    label: 'int8',
    explanation: 'Matrices of the linear layers in 8 bits per value, with a scale per 32 values; about 1.2 bytes each.',
  },
  int4: {
    label: 'int4',
    explanation: 'Matrices of the linear layers in 4 bits per value, with a scale per 32 values; about 0.6 bytes each.',
  },
}
