// GPU figures from the vendor's own tool, where there is one. Looked for once; a machine without it is not asked again.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { SystemInfo, SystemSample } from '@mistudio/contracts'

type Gpu = SystemSample['gpus'][number]
type Tool = NonNullable<SystemInfo['gpuTool']>
const run = promisify(execFile)
const MIB = 2 ** 20
const LIMIT_MS = 3000
const NVIDIA_QUERY = 'index,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw'

/** A figure of a tool's answer; null for `[N/A]` and the like. */
const figure = (text: string | undefined, factor = 1): number | null => {
  const value = Number.parseFloat(text ?? '')
  return Number.isFinite(value) ? value * factor : null
}

/** Parses `nvidia-smi --query-gpu --format=csv,noheader,nounits`: one line per GPU, memory in MiB. */
function parseNvidiaSmi(text: string): Gpu[] {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line, row) => {
      const [index, name, utilisation, used, total, temperature, power] = line.split(',').map((part) => part.trim())
      return {
        index: figure(index) ?? row,
        name: name ?? 'GPU',
        utilisation: figure(utilisation),
        memoryUsed: figure(used, MIB),
        memoryTotal: figure(total, MIB),
        temperature: figure(temperature),
        power: figure(power),
      }
    })
}

/** Parses one line of `tegrastats` (Jetson: one GPU that shares the machine's memory). */
function parseTegrastats(line: string): Gpu[] {
  const ram = /RAM (\d+)\/(\d+)MB/.exec(line)
  return [
    {
      index: 0,
      name: 'Jetson GPU',
      utilisation: figure(/GR3D_FREQ (\d+)%/.exec(line)?.[1]),
      memoryUsed: figure(ram?.[1], MIB),
      memoryTotal: figure(ram?.[2], MIB),
      temperature: figure(/gpu@(-?[\d.]+)C/i.exec(line)?.[1]),
      power: figure(/VDD_GPU_SOC (\d+)mW/.exec(line)?.[1], 1e-3),
    },
  ]
}

const askNvidia = async (): Promise<Gpu[]> => {
  const args = [`--query-gpu=${NVIDIA_QUERY}`, '--format=csv,noheader,nounits']
  return parseNvidiaSmi((await run('nvidia-smi', args, { timeout: LIMIT_MS })).stdout)
}

/** `tegrastats` prints for ever: its first line is taken and it is ended. */
const askTegra = (): Promise<Gpu[]> =>
  new Promise((resolve, reject) => {
    const child = execFile('tegrastats', ['--interval', '200'], { timeout: LIMIT_MS })
    child.once('error', reject)
    child.once('exit', () => reject(new Error('tegrastats ended without an answer')))
    child.stdout?.once('data', (chunk) => {
      child.kill()
      resolve(parseTegrastats(String(chunk)))
    })
  })

const TOOLS: readonly [Tool, () => Promise<Gpu[]>][] = [
  ['nvidia-smi', askNvidia],
  ['tegrastats', askTegra],
]

export class GpuReader {
  private found: Promise<readonly [Tool, () => Promise<Gpu[]>] | null> | null = null

  /** The tool of this machine; null when there is none. */
  async tool(): Promise<Tool | null> {
    return (await this.lookUp())?.[0] ?? null
  }

  /** Figures of every GPU; none when there is no tool or it fails this time. */
  async read(): Promise<Gpu[]> {
    const found = await this.lookUp()
    return found ? found[1]().catch(() => []) : []
  }

  private lookUp(): Promise<readonly [Tool, () => Promise<Gpu[]>] | null> {
    this.found ??= firstThatAnswers()
    return this.found
  }
}

async function firstThatAnswers(): Promise<readonly [Tool, () => Promise<Gpu[]>] | null> {
  for (const tool of TOOLS) {
    const answers = await tool[1]().then(
      () => true,
      () => false,
    )
    if (answers) return tool
  }
  return null
}
