// What a sample of the machine is read with: /proc and /sys on Linux, which costs next to nothing; a library elsewhere, which asks programs.
import type { SystemSample } from '@mistudio/contracts'
import { LinuxMachine } from './linux-machine.js'
import { OtherMachine } from './other-machine.js'

export type Load = Omit<SystemSample, 'at' | 'gpus' | 'disks' | 'cpuTemperature'>
export type Slow = Pick<SystemSample, 'disks' | 'cpuTemperature'>

export interface Machine {
  /** Load since the last call: percentages and rates are means over that time. */
  load(): Promise<Load>
  /** What changes slowly: disks and the CPU's temperature. */
  slow(): Promise<Slow>
}

export const thisMachine = (): Machine => (process.platform === 'linux' ? new LinuxMachine() : new OtherMachine())
