// Which network an address stands for when guesses are counted: a host of IPv6 is given 2^64 addresses and may use any of them.
import { isIPv6 } from 'node:net'

/** The address itself for IPv4 (also mapped into IPv6), the first 64 bits for IPv6, anything else as it is. */
export function networkOf(address: string): string {
  const [bare = ''] = address.split('%')
  if (!isIPv6(bare)) return address
  const groups = groupsOf(bare)
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff
  if (mapped)
    return groups
      .slice(6)
      .flatMap((group) => [group >> 8, group & 255])
      .join('.')
  return groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')
}

/** The eight groups of a valid IPv6 address. */
function groupsOf(address: string): number[] {
  // URLs write every address of IPv6 in one way, its last part in hexadecimal.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1)
  const [front = '', back] = canonical.split('::')
  const numbers = (text: string) => (text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16)))
  const [first, last] = [numbers(front), numbers(back ?? '')]
  return back === undefined ? first : [...first, ...Array(8 - first.length - last.length).fill(0), ...last]
}
