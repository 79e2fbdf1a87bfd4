// Guards: figures out of /proc as it is written, in the units that are shown, each byte once, and free disk as the user may write it.
import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, it } from 'vitest'
import { freeAt, roomOf } from '../common/disk.js'
import { thisMachine } from './machine.js'
import { busyPercent, parseDiskstats, parseMeminfo, parseMounts, parseNetDev, parseStat } from './proc.js'

it('counts waiting for a disk as idle, and every core on its own', () => {
  const before = parseStat('cpu  100 0 50 800 50 0 0 0 7 0\ncpu0 60 0 30 400 10 0 0 0 0 0\nintr 5\n')
  const now = parseStat('cpu  130 0 60 850 60 0 0 0 7 0\ncpu0 90 0 40 410 10 0 0 0 0 0\nintr 5\n')
  expect(busyPercent(before.whole, now.whole)).toBe(40)
  expect(now.cores).toHaveLength(1)
  expect(busyPercent(before.cores[0], now.cores[0] ?? { busy: 0, all: 0 })).toBe(80)
  expect(busyPercent(now.whole, now.whole)).toBeNull()
})

it('reads memory in bytes', () => {
  const memory = parseMeminfo(
    'MemTotal:       24684084 kB\nMemAvailable:   100 kB\nHugePages_Total:       0\nActive(anon): 7 kB\n',
  )
  expect([memory.get('MemTotal'), memory.get('MemAvailable'), memory.get('Active(anon)')]).toEqual([
    24_684_084 * 1024,
    102_400,
    7168,
  ])
})

it('counts whole disks, not their partitions again', () => {
  const text =
    ' 254 0 vda 5 0 16 0 7 0 8 0 0 0 0\n 254 1 vda1 5 0 16 0 7 0 8 0 0 0 0\n 7 0 loop0 9 0 99 0 9 0 99 0 0 0 0\n'
  expect(parseDiskstats(text, new Set(['vda']))).toEqual({ read: 16 * 512, written: 8 * 512 })
})

it('counts network traffic without the loopback, and only cards where there are any', () => {
  const text =
    'Inter-|   Receive  | Transmit\n face |bytes packets|bytes\n    lo: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n  eth0: 100 1 0 0 0 0 0 0 20 1 0 0 0 0 0 0\ndocker0:50 1 0 0 0 0 0 0 5 1 0 0 0 0 0 0\n'
  expect(parseNetDev(text)).toEqual({ received: 150, sent: 25 })
  expect(parseNetDev(text, new Set(['eth0']))).toEqual({ received: 100, sent: 20 })
})

it('finds disks among mounts, each once, with spaces in their names', () => {
  const text =
    'proc /proc proc rw 0 0\n/dev/vda / ext4 rw 0 0\n/dev/vda /again ext4 rw 0 0\n/dev/loop3 /snap squashfs ro 0 0\ntmpfs /tmp tmpfs rw 0 0\n/dev/sdb1 /mnt/my\\040disk xfs rw 0 0\noverlay /x overlay rw 0 0\n'
  expect(parseMounts(text)).toEqual(['/', '/mnt/my disk', '/x'])
})

it('has one meaning of free disk: what the user may write, reserved blocks left out', async () => {
  const { used, size } = await roomOf(tmpdir())
  const { blocks, bfree, bavail, bsize } = await statfs(tmpdir())
  // Others write to this disk meanwhile.
  expect(Math.abs(size - used - bavail * bsize)).toBeLessThan(2 ** 30)
  expect(Math.abs(blocks * bsize - size - (bfree - bavail) * bsize)).toBeLessThan(2 ** 20)
  expect(Math.abs((await freeAt(tmpdir())) - (size - used))).toBeLessThan(2 ** 30)
})

it('reads this machine without starting a program', async () => {
  const machine = thisMachine()
  await machine.load()
  const end = performance.now() + 50
  while (performance.now() < end) Math.sqrt(end)
  const load = await machine.load()
  expect(load.memoryUsed).toBeGreaterThan(0)
  expect(load.cores.length).toBeGreaterThan(0)
  expect(load.cpu === null || (load.cpu > 0 && load.cpu <= 100)).toBe(true)
})
