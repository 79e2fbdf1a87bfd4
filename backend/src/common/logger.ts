// The log of the backend. Secrets that slip into a message are masked before it is written.
import { ConsoleLogger } from '@nestjs/common'

const SECRETS: readonly [RegExp, string][] = [
  [/mis_[A-Za-z0-9_-]{16,}/g, 'mis_***'],
  [/([?&]code=)[^&\s"]+/g, '$1***'],
  [/(:\/\/[^:/\s]+:)[^@/\s]+@/g, '$1***@'],
  [/(mistudio_session\w*=)[^;\s]+/g, '$1***'],
]

/** The message with API keys, link codes, session cookies and passwords in URLs masked. */
const maskSecrets = (text: string): string =>
  SECRETS.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), text)

/** Contexts in which Nest lists every module and route at start. */
const NOISE = new Set(['InstanceLoader', 'RouterExplorer', 'RoutesResolver', 'WebSocketsController', 'NestFactory'])

export class MaskingLogger extends ConsoleLogger {
  override log(message: unknown, ...rest: unknown[]): void {
    const context = rest.at(-1)
    if (typeof context !== 'string' || !NOISE.has(context)) super.log(message, ...rest)
  }

  protected override formatMessage(...parts: Parameters<ConsoleLogger['formatMessage']>): string {
    return maskSecrets(super.formatMessage(...parts))
  }

  protected override printStackTrace(stack: string): void {
    if (stack) process.stderr.write(`${maskSecrets(stack)}\n`)
  }
}
