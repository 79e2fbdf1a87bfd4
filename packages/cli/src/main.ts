#!/usr/bin/env node
// The `mistudio` command line: a table of commands, each one file.
import { AppError } from '@mistudio/contracts'
import { check } from './check.js'
import { demo } from './demo.js'
import { models } from './models.js'
import { saes } from './saes.js'

interface Command {
  readonly summary: string
  /** Exit status; nothing means 0. */
  run(args: string[]): Promise<number> | Promise<void>
}

const COMMANDS: Readonly<Record<string, Command>> = { demo, check, models, saes }

const usage = (): string =>
  [
    'Usage: mistudio <command> [options]',
    '',
    ...Object.entries(COMMANDS).map(([name, command]) => `  ${name.padEnd(12)}${command.summary}`),
  ].join('\n')

const main = async ([name, ...args]: string[]): Promise<number> => {
  const command = name ? COMMANDS[name] : undefined
  if (!command) {
    process.stderr.write(`${usage()}\n`)
    return name && name !== '--help' ? 2 : 0
  }
  try {
    return (await command.run(args)) ?? 0
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    process.stderr.write(`${error.message}\n`)
    if (error.details) process.stderr.write(`${JSON.stringify(error.details, null, 2)}\n`)
    return 1
  }
}

/** What shells report for a command that a closed pipe ended: 128 + SIGPIPE. */
const CLOSED_PIPE = 141

// The reader of the output went away (`| head`): nobody is left to tell anything.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit(CLOSED_PIPE)
})

process.exitCode = await main(process.argv.slice(2))
