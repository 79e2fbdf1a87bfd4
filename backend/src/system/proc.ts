// Figures of a Linux machine out of the text of /proc: pure. Counters come out as they stand; rates are the difference of two.

export interface CpuTimes {
  readonly busy: number
  readonly all: number
}
/** `whole` and every core of /proc/stat, in ticks since the start. Waiting for a disk is no work. */
export function parseStat(text: string): { whole: CpuTimes; cores: readonly CpuTimes[] } {
  const times = text
    .split('\n')
    .filter((line) => /^cpu\d* /.test(line))
    .map((line): CpuTimes => {
      // user nice system idle iowait irq softirq steal; guest times are in user and nice already.
      const ticks = line.trim().split(/\s+/).slice(1, 9).map(Number)
      const all = ticks.reduce((sum, value) => sum + value, 0)
      return { busy: all - (ticks[3] ?? 0) - (ticks[4] ?? 0), all }
    })
  const [whole = { busy: 0, all: 0 }, ...cores] = times
  return { whole, cores }
}

/** Percent of the time between two readings; null when no time passed. */
export const busyPercent = (before: CpuTimes | undefined, now: CpuTimes): number | null => {
  const all = now.all - (before?.all ?? now.all)
  return all > 0 ? Math.min(100, Math.max(0, ((now.busy - (before?.busy ?? 0)) / all) * 100)) : null
}

/** Bytes by name of /proc/meminfo. */
export const parseMeminfo = (text: string): ReadonlyMap<string, number> =>
  new Map([...text.matchAll(/^([\w()]+):\s+(\d+) kB/gm)].map(([, name, kib]) => [String(name), Number(kib) * 1024]))

/** Bytes read and written by the given disks since the start; a sector of /proc/diskstats has 512 bytes whatever the disk's own are. */
export function parseDiskstats(text: string, disks: ReadonlySet<string>): { read: number; written: number } {
  let [read, written] = [0, 0]
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (!disks.has(fields[2] ?? '')) continue
    read += Number(fields[5]) * 512
    written += Number(fields[9]) * 512
  }
  return { read, written }
}

/** Bytes received and sent by every interface but the loopback since the start. */
export function parseNetDev(text: string, only?: ReadonlySet<string>): { received: number; sent: number } {
  let [received, sent] = [0, 0]
  for (const [, name, numbers] of text.matchAll(/^\s*([^\s:]+):\s*(.*)$/gm)) {
    if (name === undefined || name === 'lo' || (only && !only.has(name))) continue
    const fields = String(numbers).trim().split(/\s+/).map(Number)
    received += fields[0] ?? 0
    sent += fields[8] ?? 0
  }
  return { received, sent }
}

/** Where the disks of /proc/self/mounts are mounted, each device once; memory, control groups, images and disks of other machines are none. */
export function parseMounts(text: string): string[] {
  const mounts = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [device = '', mount = '', type = ''] = line.split(' ')
    const isDisk =
      (/^\/dev\//.test(device) && !/^\/dev\/(loop|ram|zram)/.test(device)) || /^(overlay|zfs|btrfs)$/.test(type)
    const path = mount.replace(/\\(\d{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    if (isDisk && !mounts.has(device)) mounts.set(device, path)
  }
  return [...mounts.values()]
}
