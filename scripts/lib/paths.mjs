// Where things lie: the repository's root and the folders of one data directory.
import { homedir } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), '../..')

/** @param {string} dataDir */
export const layout = (dataDir) => ({
  dataDir,
  state: join(dataDir, 'run', 'state.json'),
  logs: join(dataDir, 'logs'),
  run: join(dataDir, 'run'),
  postgres: join(dataDir, 'postgres'),
  redis: join(dataDir, 'redis'),
  ports: join(dataDir, 'run', 'ports.json'),
  secrets: join(dataDir, 'secrets'),
  key: join(dataDir, 'secrets', 'api-key'),
  databaseUrl: join(dataDir, 'secrets', 'database-url'),
  redisUrl: join(dataDir, 'secrets', 'redis-url'),
  demo: join(dataDir, 'demo.json'),
})
/** @typedef {ReturnType<typeof layout>} Layout */

/** Import roots unless the user names others. @param {string} dataDir */
export const defaultImportRoots = (dataDir) => [join(ROOT, 'demo'), homedir(), join(dataDir, 'import')].join(delimiter)
