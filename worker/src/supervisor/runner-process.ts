// One runner child process: typed messages in both directions, and its death as a fact with a signal.
import { type ChildProcess, fork } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { type FromRunner, FromRunnerSchema, type ToRunner } from '@mistudio/contracts'

const PAGE_BYTES = 4096

export interface RunnerListener {
  message(message: FromRunner): void
  /** The process is gone; `how` is its signal or exit code. */
  death(how: string): void
}

export class RunnerProcess {
  private readonly child: ChildProcess
  private listener: RunnerListener | null = null
  alive = true
  jobId: string | null = null
  /** By the clock of the process, which stands still while the machine sleeps. */
  private heardAt = performance.now()

  /** `execArgv`: options of Node itself. */
  constructor(entry: string, env: NodeJS.ProcessEnv, execArgv: readonly string[]) {
    const options = [...process.execArgv, ...execArgv]
    this.child = fork(entry, [], {
      env,
      execArgv: options,
      serialization: 'advanced',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    this.child.on('message', (raw) => this.receive(raw))
    this.child.on('error', (error) => this.end(error.message))
    this.child.once('exit', (code, signal) => this.end(signal ?? `exit code ${code}`))
  }

  get pid(): number | null {
    return this.child.pid ?? null
  }

  /** Seconds since it said anything. */
  get silentSeconds(): number {
    return (performance.now() - this.heardAt) / 1000
  }

  listen(listener: RunnerListener | null): void {
    this.listener = listener
  }

  send(message: ToRunner): void {
    // A runner that dies at this moment is told of by its exit, not by the failed write.
    if (message.type === 'start') this.heardAt = performance.now()
    if (this.alive && this.child.connected) this.child.send(message, () => undefined)
  }

  kill(): void {
    this.child.kill('SIGKILL')
  }

  /** Resident memory in bytes; null where the system does not say. */
  async rssBytes(): Promise<number | null> {
    try {
      const pages = (await readFile(`/proc/${this.pid}/statm`, 'utf8')).split(' ')[1]
      return Number(pages) * PAGE_BYTES
    } catch {
      return null
    }
  }

  private receive(raw: unknown): void {
    this.heardAt = performance.now()
    const parsed = FromRunnerSchema.safeParse(raw)
    if (parsed.success) {
      this.listener?.message(parsed.data)
      return
    }
    console.error('a runner sent what the contracts do not know; it is ended:', parsed.error.message)
    this.kill()
  }

  private end(how: string): void {
    if (!this.alive) return
    this.alive = false
    this.listener?.death(how)
  }
}
