// A ZIP archive that was chosen or dropped, opened in the browser: its members become files like those of a folder, which the upload then
// sends in pieces. Nothing is trusted: names may not lead out, sizes, places and checksums must agree, and what is unpacked is bounded.
import { AppError } from '@mistudio/contracts'
import type { Picked } from './selection.js'

const END = { signature: 0x06054b50, bytes: 22 }
const ENTRY = { signature: 0x02014b50, bytes: 46 }
const LOCAL = { signature: 0x04034b50, bytes: 30 }
const MAX_COMMENT = 65_535
const MAX_DIRECTORY = 2 ** 22
const MAX_MEMBERS = 2000
/** What compressed members may have together once unpacked: the browser holds them. Stored ones are read where they lie. */
export const MAX_UNPACKED = 2 ** 31
const STORED = 0
const DEFLATED = 8
const ENCRYPTED = 1
const CRC_STEP = 2 ** 23

interface Member {
  readonly name: string
  readonly method: number
  readonly crc: number
  readonly compressed: number
  readonly bytes: number
  readonly at: number
}

export const isArchive = ({ name }: Pick<File, 'name'>): boolean => /\.zip$/i.test(name)

/** The files of an archive, with their paths in it. @throws AppError `file_invalid`, with what to do instead. */
export async function filesOfArchive(archive: File): Promise<Picked[]> {
  const members = await membersOf(archive)
  const packed = members.filter(({ method }) => method === DEFLATED).reduce((sum, { bytes }) => sum + bytes, 0)
  if (packed > MAX_UNPACKED)
    throw refusal(archive, `has ${packed} bytes in compressed files; at most ${MAX_UNPACKED} are unpacked here`)
  const picked: Picked[] = []
  let before = 0
  for (const member of [...members].sort((a, b) => a.at - b.at)) {
    const start = await startOf(archive, member)
    if (start < before) throw refusal(archive, `keeps "${member.name}" in the place of another file`)
    before = start + member.compressed
    if (before > archive.size) throw refusal(archive, `ends within "${member.name}"`)
    const content = await contentOf(archive, member, start)
    if ((await crcOf(content)) !== member.crc)
      throw refusal(archive, `is damaged: "${member.name}" does not match its checksum`)
    const name = member.name.split('/').at(-1) ?? ''
    picked.push({ path: member.name, file: new File([content], name, { lastModified: archive.lastModified }) })
  }
  return picked
}

async function membersOf(archive: File): Promise<Member[]> {
  const tailAt = Math.max(0, archive.size - END.bytes - MAX_COMMENT)
  const tail = await viewOf(archive, tailAt, archive.size)
  const end = lastIndexOf(tail, END.signature, END.bytes)
  if (end < 0) throw refusal(archive, 'is no ZIP archive, or was cut off')
  const count = tail.getUint16(end + 10, true)
  const [bytes, at] = [tail.getUint32(end + 12, true), tail.getUint32(end + 16, true)]
  if (at === 0xffffffff || count === 0xffff) throw refusal(archive, 'is in the 64-bit form of ZIP')
  if (count > MAX_MEMBERS || bytes > MAX_DIRECTORY) throw refusal(archive, `lists more than ${MAX_MEMBERS} files`)
  if (at + bytes > tailAt + end) throw refusal(archive, 'has a list of files that does not fit into it')
  const view = await viewOf(archive, at, at + bytes)
  const members: Member[] = []
  for (let offset = 0, i = 0; i < count; i++) {
    const member = entryAt(archive, view, offset)
    offset = member.next
    if (!member.name.endsWith('/')) members.push(member)
  }
  return members
}

/** One entry of the archive's list. */
function entryAt(archive: File, view: DataView, offset: number): Member & { next: number } {
  if (offset + ENTRY.bytes > view.byteLength || view.getUint32(offset, true) !== ENTRY.signature)
    throw refusal(archive, 'has a damaged list of files')
  const [flags, method] = [view.getUint16(offset + 8, true), view.getUint16(offset + 10, true)]
  const [nameBytes, extra, comment] = [28, 30, 32].map((field) => view.getUint16(offset + field, true)) as [
    number,
    number,
    number,
  ]
  const nameAt = offset + ENTRY.bytes
  if (nameAt + nameBytes > view.byteLength) throw refusal(archive, 'has a damaged list of files')
  const text = new TextDecoder().decode(new Uint8Array(view.buffer, view.byteOffset + nameAt, nameBytes))
  const name = text.replaceAll('\\', '/')
  if (name.startsWith('/') || /^[a-z]:/i.test(name) || name.split('/').includes('..') || name.includes('\0'))
    throw refusal(archive, `holds a file whose name leads out of it (${JSON.stringify(name.slice(0, 80))})`)
  if (flags & ENCRYPTED) throw refusal(archive, `is encrypted ("${name}")`)
  if (method !== STORED && method !== DEFLATED)
    throw refusal(archive, `holds "${name}" compressed in a way (${method}) that is not read here`)
  const [crc, compressed, bytes] = [16, 20, 24].map((field) => view.getUint32(offset + field, true)) as [
    number,
    number,
    number,
  ]
  const at = view.getUint32(offset + 42, true)
  if ([compressed, bytes, at].includes(0xffffffff)) throw refusal(archive, 'is in the 64-bit form of ZIP')
  if (method === STORED && compressed !== bytes) throw refusal(archive, `gives two sizes for "${name}"`)
  return { name, method, crc, compressed, bytes, at, next: nameAt + nameBytes + extra + comment }
}

/** First byte of a member's content, behind its own header. */
async function startOf(archive: File, { at, name }: Member): Promise<number> {
  const header = await viewOf(archive, at, at + LOCAL.bytes)
  if (header.byteLength < LOCAL.bytes || header.getUint32(0, true) !== LOCAL.signature)
    throw refusal(archive, `does not hold "${name}" where its list says`)
  return at + LOCAL.bytes + header.getUint16(26, true) + header.getUint16(28, true)
}

async function contentOf(archive: File, { name, method, compressed, bytes }: Member, start: number): Promise<Blob> {
  const raw = archive.slice(start, start + compressed)
  if (method === STORED) return raw
  const parts: Uint8Array<ArrayBuffer>[] = []
  let size = 0
  const reader = raw.stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw refusal(archive, `is damaged: "${name}" cannot be unpacked`)
    })
    if (done) break
    size += value.byteLength
    // What it says is what was counted; a bomb says less than it gives.
    if (size > bytes) {
      await reader.cancel().catch(() => undefined)
      throw refusal(archive, `holds more in "${name}" than it says`)
    }
    parts.push(value)
  }
  if (size !== bytes) throw refusal(archive, `holds less in "${name}" than it says`)
  return new Blob(parts)
}

const viewOf = async (file: Blob, start: number, end: number): Promise<DataView> =>
  new DataView(await file.slice(start, end).arrayBuffer())

function lastIndexOf(view: DataView, signature: number, bytes: number): number {
  for (let at = view.byteLength - bytes; at >= 0; at--) if (view.getUint32(at, true) === signature) return at
  return -1
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? 0xedb88320 ^ (rest >>> 1) : rest >>> 1
  return rest
})

/** CRC-32 of ZIP, read piece by piece. */
async function crcOf(content: Blob): Promise<number> {
  let crc = 0xffffffff
  for (let at = 0; at < content.size; at += CRC_STEP)
    for (const byte of new Uint8Array(await content.slice(at, at + CRC_STEP).arrayBuffer()))
      crc = CRC_TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8)
  return ~crc >>> 0
}

const refusal = ({ name }: Pick<File, 'name'>, why: string): AppError =>
  new AppError('file_invalid', `"${name}" ${why}. Unpack it on this computer and choose the folder.`)
