// For tests: a machine sample with nothing remarkable in it.
import type { SystemSample } from '@mistudio/contracts'

export const machineSample = (over: Partial<SystemSample> = {}): SystemSample => ({
  at: '2026-01-01T00:00:00.000Z',
  cpu: 1,
  cores: [],
  cpuTemperature: null,
  memoryUsed: 1,
  memoryTotal: 2,
  swapUsed: 0,
  swapTotal: 0,
  disks: [],
  diskRead: null,
  diskWrite: null,
  networkIn: null,
  networkOut: null,
  gpus: [],
  ...over,
})
