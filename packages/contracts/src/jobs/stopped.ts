// Work that was ended early by hand and kept what it had: its job has completed, its texts have not. Read off the result.
import { z } from 'zod'

const EndedSchema = z.object({ completions: z.array(z.object({ finish: z.string() })) })

/** Whether texts of a result were cut off by a stop; false for results that hold none. */
export const wasCutOff = (result: unknown): boolean =>
  EndedSchema.safeParse(result).data?.completions.some(({ finish }) => finish === 'cancelled') ?? false
