// Configuration of the backend: the only reader of the environment. Checked once at start; a wrong value stops the process with its name.
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url))
const GIB = 2 ** 30

const list = (separator: string) =>
  z
    .string()
    .optional()
    .transform((text) => text?.split(separator).filter((part) => part !== ''))

/** Secrets may come in files (`NAME_FILE`), which unlike variables no process list shows. */
const FROM_FILES = ['DATABASE_URL', 'REDIS_URL'] as const

/** The environment with the contents of the files it names. Throws an Error that names a file that cannot be read. */
function withFiles(environment: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const result = { ...environment }
  for (const name of FROM_FILES) {
    const file = environment[`${name}_FILE`]
    if (!result[name] && file) result[name] = readFileSync(file, 'utf8').trim()
  }
  return result
}

const EnvironmentSchema = z.object({
  DATABASE_URL: z.string().min(1),
  REDIS_URL: z.string().min(1),
  MISTUDIO_DATA_DIR: z.string().min(1).default(path.join(REPOSITORY, 'data')),
  MISTUDIO_HOST: z.string().min(1).default('127.0.0.1'),
  MISTUDIO_PORT: z.coerce.number().int().min(0).max(65_535).default(8420),
  MISTUDIO_IMPORT_ROOTS: list(path.delimiter),
  MISTUDIO_ALLOWED_ORIGINS: list(','),
  MISTUDIO_TRUSTED_PROXIES: list(','),
  MISTUDIO_STATIC_DIR: z
    .string()
    .min(1)
    .default(path.join(REPOSITORY, 'frontend', 'dist')),
  MISTUDIO_MAX_UPLOAD_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(64 * GIB),
})

/** Everything the backend is told from outside. Sizes in bytes; folders absolute. */
export class AppConfig {
  constructor(
    readonly databaseUrl: string,
    readonly redisUrl: string,
    readonly dataDir: string,
    readonly host: string,
    readonly port: number,
    /** Import roots as long as no setting replaces them. */
    readonly importRoots: readonly string[],
    /** Origins accepted besides the host served. */
    readonly allowedOrigins: readonly string[],
    readonly staticDir: string,
    readonly maxUploadBytes: number,
    /** Addresses or networks whose X-Forwarded-For and -Proto count; of nobody else's. */
    readonly trustedProxies: readonly string[] = [],
  ) {}
}

/** Reads the configuration. Throws an Error that names every wrong variable. */
export function loadConfig(environment: Readonly<Record<string, string | undefined>>): AppConfig {
  const parsed = EnvironmentSchema.safeParse(withFiles(environment))
  if (!parsed.success) {
    const wrong = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')
    throw new Error(`The environment is not complete: ${wrong}. Start with ./start-mistudio.sh or set these variables.`)
  }
  const env = parsed.data
  const dataDir = path.resolve(env.MISTUDIO_DATA_DIR)
  const defaultRoots = [path.join(REPOSITORY, 'demo'), homedir(), path.join(dataDir, 'import')]
  return new AppConfig(
    env.DATABASE_URL,
    env.REDIS_URL,
    dataDir,
    env.MISTUDIO_HOST,
    env.MISTUDIO_PORT,
    (env.MISTUDIO_IMPORT_ROOTS ?? defaultRoots).map((root) => path.resolve(root)),
    env.MISTUDIO_ALLOWED_ORIGINS ?? [],
    path.resolve(env.MISTUDIO_STATIC_DIR),
    env.MISTUDIO_MAX_UPLOAD_BYTES,
    env.MISTUDIO_TRUSTED_PROXIES ?? [],
  )
}
