// Entry of the backend process.
import { Logger } from '@nestjs/common'
import { createApp } from './app.js'
import { loadConfig } from './common/config.js'
import { listen } from './common/listen.js'

const logger = new Logger('Main')
process.on('unhandledRejection', (reason) => {
  logger.error(`Unhandled rejection: ${reason instanceof Error ? (reason.stack ?? reason.message) : String(reason)}`)
})

/** Says to the launcher how the start went, when a launcher started us. */
function tellLauncher(message: { listening: number } | { failed: string }): Promise<void> {
  return new Promise((done) => {
    if (process.send) process.send(message, () => done())
    else done()
  })
}

/** Why the start failed, with what to do where that is known. */
function reason(error: unknown): string {
  const { code, message } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { code: '', message: String(error) }
  const port = process.env['MISTUDIO_PORT'] ?? ''
  if (code === 'EADDRINUSE') return `Port ${port} is taken by another program. Choose another one with --port.`
  if (code === 'EACCES' && Number(port) < 1024)
    return `This user may not listen on port ${port}. Choose one above 1023 with --port.`
  return `The backend could not start: ${message}`
}

try {
  const config = loadConfig(process.env)
  await listen(await createApp(config), config.port, config.host)
  logger.log(`miStudio listens on ${config.host}, port ${config.port}`)
  await tellLauncher({ listening: config.port })
} catch (error) {
  const why = reason(error)
  process.stderr.write(`${why}\n`)
  await tellLauncher({ failed: why })
  process.exit(1)
}
