// Entry of the backend process.
import { Logger } from '@nestjs/common'
import { createApp } from './app.js'
import { loadConfig } from './common/config.js'

const logger = new Logger('Main')
process.on('unhandledRejection', (reason) => {
  logger.error(`Unhandled rejection: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`)
})

try {
  const config = loadConfig(process.env)
  const app = await createApp(config)
  await app.listen(config.port, config.host)
  logger.log(`miStudio listens on ${await app.getUrl()}`)
} catch (error) {
  process.stderr.write(`The backend could not start: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
