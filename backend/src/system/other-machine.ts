// The machine elsewhere than on Linux, read with a library that asks the system's own programs. Loaded only there.
import type { Load, Machine, Slow } from './machine.js'

const share = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) ? Math.min(100, Math.max(0, value)) : null
const rate = (value: number | null | undefined): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null
/** Sum of what is known; null when nothing is. */
const sum = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? known.reduce((a, b) => a + b, 0) : null
}

export class OtherMachine implements Machine {
  private readonly library = import('systeminformation').then(({ default: si }) => si)

  async load(): Promise<Load> {
    const si = await this.library
    const [load, memory, fs, network] = await Promise.all([
      si.currentLoad(),
      si.mem(),
      si.fsStats(),
      si.networkStats('*'),
    ])
    return {
      cpu: share(load.currentLoad),
      cores: load.cpus.map(({ load: core }) => share(core) ?? 0),
      memoryUsed: memory.total - memory.available,
      memoryTotal: memory.total,
      swapUsed: memory.swapused,
      swapTotal: memory.swaptotal,
      diskRead: rate(fs?.rx_sec),
      diskWrite: rate(fs?.wx_sec),
      networkIn: sum(network.map(({ rx_sec }) => rate(rx_sec))),
      networkOut: sum(network.map(({ tx_sec }) => rate(tx_sec))),
    }
  }

  async slow(): Promise<Slow> {
    const si = await this.library
    const [disks, temperature] = await Promise.all([si.fsSize(), si.cpuTemperature()])
    return {
      disks: disks
        .filter(({ size }) => size > 0)
        .map(({ mount, used, available }) => ({ mount, used, size: used + available })),
      cpuTemperature: temperature.main > 0 ? temperature.main : null,
    }
  }
}
