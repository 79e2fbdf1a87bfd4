// Configuration of worker processes, from the environment, checked once.
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { QUESTION_SECONDS, RUNNER_ENDED_SECONDS } from '@mistudio/contracts'
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
  /** How long a short question may run. */
  readonly questionSeconds: number
  /** After so long without a word a runner counts as hung and is ended. */
  readonly silentSeconds: number
  /** How the servers are told to a child process: as this process was told, so that passwords in files stay there. */
  readonly serverEnvironment: NodeJS.ProcessEnv
  /** Compiled entry of the runner process. */
  readonly runnerEntry: string
}

const SERVERS = ['DATABASE_URL', 'REDIS_URL'] as const

/** A server's address from its variable, or from the file that `NAME_FILE` names. */
const addressOf = (env: NodeJS.ProcessEnv, name: (typeof SERVERS)[number]): string | undefined => {
  const file = env[`${name}_FILE`]
  return env[name] || (file ? readFileSync(file, 'utf8').trim() : undefined)
}

/** @throws Error that names the missing or wrong variables. */
export const readConfig = (env: NodeJS.ProcessEnv = process.env): WorkerConfig => {
  const addresses = Object.fromEntries(SERVERS.map((name) => [name, addressOf(env, name)]))
  const parsed = EnvironmentSchema.safeParse({ ...env, ...addresses })
  if (!parsed.success) throw new Error(`The worker's environment is incomplete: ${z.prettifyError(parsed.error)}`)
  const { DATABASE_URL, REDIS_URL, MISTUDIO_DATA_DIR, MISTUDIO_THREADS, MISTUDIO_REGISTRY } = parsed.data
  return {
    databaseUrl: DATABASE_URL,
    redisUrl: REDIS_URL,
    dataDir: resolve(MISTUDIO_DATA_DIR),
    threads: MISTUDIO_THREADS ?? availableParallelism(),
    registry: MISTUDIO_REGISTRY,
    questionSeconds: QUESTION_SECONDS,
    silentSeconds: RUNNER_ENDED_SECONDS,
    serverEnvironment: Object.fromEntries(
      SERVERS.map((name) => (env[name] ? [name, env[name]] : [`${name}_FILE`, env[`${name}_FILE`]])),
    ),
    runnerEntry: fileURLToPath(new URL('./runner/main.js', import.meta.url)),
  }
}

/** The same configuration as the environment of a child process. */
export const environmentOf = (config: WorkerConfig): NodeJS.ProcessEnv => ({
  ...process.env,
  ...config.serverEnvironment,
  MISTUDIO_DATA_DIR: config.dataDir,
  MISTUDIO_THREADS: String(config.threads),
  ...(config.registry ? { MISTUDIO_REGISTRY: config.registry } : {}),
})
