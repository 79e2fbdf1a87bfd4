// Waiting for a job from the command line, with one progress line that is rewritten on a terminal and sparse in a log.

import type { RestClient } from '@mistudio/client'
import { AppError, type Job, TERMINAL_STATES } from '@mistudio/contracts'

const seconds = (value: number): string => (value < 90 ? `${Math.ceil(value)} s` : `${Math.ceil(value / 60)} min`)

/** One line for people: stage, percentage, rate and remaining time; unknown parts are left out. */
const describeProgress = (job: Job): string => {
  const { progress } = job
  if (!progress) return job.state
  const parts = [progress.stage]
  if (progress.fraction !== null) parts.push(`${Math.floor(progress.fraction * 100)} %`)
  if (progress.rate) parts.push(`${Math.round(progress.rate).toLocaleString('en')} ${progress.unit ?? ''}/s`)
  if (progress.etaSeconds) parts.push(`${seconds(progress.etaSeconds)} left`)
  return parts.join(' · ')
}

const makePrinter = (label: string) => {
  let lastLine = ''
  let lastAt = 0
  return (job: Job) => {
    const line = `  ${label}: ${describeProgress(job)}`
    if (line === lastLine) return
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${line}`)
    else if (Date.now() - lastAt > 10_000) {
      process.stdout.write(`${line}\n`)
      lastAt = Date.now()
    }
    lastLine = line
  }
}

/** Polls until the job ends. Throws the job's own error when it failed or was cancelled. */
export const waitForJob = async (client: RestClient, jobId: string, label: string): Promise<Job> => {
  const print = makePrinter(label)
  for (;;) {
    const job = await client.getJob({ params: { id: jobId } })
    print(job)
    if (TERMINAL_STATES.includes(job.state)) {
      if (process.stdout.isTTY) process.stdout.write('\r\x1b[2K')
      if (job.state === 'completed' || job.state === 'completed_with_errors') return job
      throw new AppError(
        job.error?.code ?? 'job_crashed',
        `${label} ${job.state}: ${job.error?.message ?? 'see the Jobs page for its log'}`,
        job.error?.details,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
