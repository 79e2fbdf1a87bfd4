// Configuration of worker processes, from the environment, checked once.
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const EnvironmentSchema = z.object({
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().min(1),
  MISTUDIO_DATA_DIR: z.string().min(1),
  MISTUDIO_THREADS: z.coerce.number().int().min(1).max(1024).optional(),
  /** Module that replaces the registry of pipelines; for tests of the supervisor. */
  MISTUDIO_REGISTRY: z.string().optional(),
})

export interface WorkerConfig {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly dataDir: string
  readonly threads: number
  readonly registry: string | undefined
  /** Compiled entry of the runner process. */
  readonly runnerEntry: string
}

/** @throws Error that names the missing or wrong variables. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): WorkerConfig => {
  const parsed = EnvironmentSchema.safeParse(env)
  if (!parsed.success) throw new Error(`The worker's environment is incomplete: ${z.prettifyError(parsed.error)}`)
  const { DATABASE_URL, REDIS_URL, MISTUDIO_DATA_DIR, MISTUDIO_THREADS, MISTUDIO_REGISTRY } = parsed.data
  return {
    databaseUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    dataDir: resolve(MISTUDIO_DATA_DIR),
    threads: MISTUDIO_THREADS ?? availableParallelism(),
    registry: MISTUDIO_REGISTRY,
    runnerEntry: fileURLToPath(new URL('./runner/main.js', import.meta.url)),
  }
}

/** The same configuration as the environment of a child process. */
export const environmentOf = (config: WorkerConfig): NodeJS.ProcessEnv => ({
  ...process.env,
  DATABASE_URL: config.databaseUrl,
  REDIS_URL: config.redisUrl,
  MISTUDIO_DATA_DIR: config.dataDir,
  MISTUDIO_THREADS: String(config.threads),
  ...(config.registry ? { MISTUDIO_REGISTRY: config.registry } : {}),
})
