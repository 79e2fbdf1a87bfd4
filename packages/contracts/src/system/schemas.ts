// The machine and the processes of the product.
import { z } from 'zod'
import { TimeSchema } from '../common/envelope.js'

/** Machine figures every 2 s while somebody hears them. */
export const SYSTEM_CHANNEL = 'system'

export const GpuSampleSchema = z.object({
  index: z.int(),
  name: z.string(),
  utilisation: z.number().nullable(),
  memoryUsed: z.number().nullable(),
  memoryTotal: z.number().nullable(),
  temperature: z.number().nullable(),
  power: z.number().nullable(),
})
/** One sample. Sizes in bytes, rates in bytes per second, percentages of the whole machine 0–100; null = not available here. */
export const SystemSampleSchema = z.object({
  at: TimeSchema,
  cpu: z.number().nullable(),
  cores: z.array(z.number()),
  cpuTemperature: z.number().nullable(),
  memoryUsed: z.number(),
  memoryTotal: z.number(),
  swapUsed: z.number(),
  swapTotal: z.number(),
  /** `size` is what users may have in all: what the system keeps for root is left out, so `size - used` is what can still be written. */
  disks: z.array(z.object({ mount: z.string(), used: z.number(), size: z.number() })),
  diskRead: z.number().nullable(),
  diskWrite: z.number().nullable(),
  networkIn: z.number().nullable(),
  networkOut: z.number().nullable(),
  gpus: z.array(GpuSampleSchema),
})
export type SystemSample = z.infer<typeof SystemSampleSchema>

export const SystemInfoSchema = z.object({
  hostname: z.string(),
  platform: z.string(),
  cpuModel: z.string(),
  cpuCount: z.int(),
  memoryTotal: z.number(),
  gpuTool: z.enum(['nvidia-smi', 'tegrastats']).nullable(),
  dataDir: z.string(),
  dataDirFree: z.number(),
  version: z.string(),
  node: z.string(),
})
export type SystemInfo = z.infer<typeof SystemInfoSchema>

/** A worker process as it last reported itself. */
export const WorkerSchema = z.object({
  id: z.string(),
  hostname: z.string(),
  pid: z.int(),
  startedAt: TimeSchema,
  heartbeatAt: TimeSchema,
  alive: z.boolean(),
  /** Runner processes with what they do now. */
  runners: z.array(
    z.object({
      queue: z.string(),
      pid: z.int().nullable(),
      jobId: z.string().nullable(),
      rssBytes: z.number().nullable(),
      /** Since the runner at work was heard when the worker last reported; workers of before do not tell. */
      silentSeconds: z.number().nullable().default(null),
    }),
  ),
})
export type Worker = z.infer<typeof WorkerSchema>

const CheckSchema = z.object({ ok: z.boolean(), detail: z.string(), milliseconds: z.number().nullable() })
export const PingSchema = z.literal('pong')
export const HealthSchema = z.object({
  ok: z.boolean(),
  version: z.string(),
  database: CheckSchema,
  redis: CheckSchema,
  worker: CheckSchema,
})
export type Health = z.infer<typeof HealthSchema>
