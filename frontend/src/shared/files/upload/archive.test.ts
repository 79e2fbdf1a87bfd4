// Archives are opened before anything is sent: the files of good ones, the reason for the others.
import { describe, expect, it } from 'vitest'
import { filesOfArchive, MAX_UNPACKED } from './archive.js'
import { selectSaeFiles } from './select-sae.js'

interface Made {
  readonly name: string
  readonly text: string
  readonly deflate?: boolean
  /** Fields that lie. */
  readonly says?: { bytes?: number; crc?: number; at?: number; flags?: number; method?: number }
}

/** CRC-32 bit by bit, from its polynomial. */
function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}

const deflated = async (bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(
    await new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw'))).arrayBuffer(),
  )

/** Fields of a header: offset, bytes, value. */
function header(size: number, fields: readonly (readonly [number, 2 | 4, number])[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(size))
  for (const [at, bytes, value] of fields)
    if (bytes === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
  return new Uint8Array(view.buffer)
}

/** An archive written field by field from the format's description. */
async function zip(made: readonly Made[], { cut = 0, count = made.length } = {}): Promise<File> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  const entries: Uint8Array<ArrayBuffer>[] = []
  let at = 0
  for (const { name: text, text: content, deflate = false, says = {} } of made) {
    const [name, raw] = [text, content].map((one) => new TextEncoder().encode(one)) as [
      Uint8Array<ArrayBuffer>,
      Uint8Array<ArrayBuffer>,
    ]
    const body = deflate ? await deflated(raw) : raw
    const local = header(30, [
      [0, 4, 0x04034b50],
      [26, 2, name.length],
    ])
    const entry = header(46, [
      [0, 4, 0x02014b50],
      [8, 2, says.flags ?? 0],
      [10, 2, says.method ?? (deflate ? 8 : 0)],
      [16, 4, says.crc ?? crc32(raw)],
      [20, 4, deflate ? body.length : (says.bytes ?? body.length)],
      [24, 4, says.bytes ?? raw.length],
      [28, 2, name.length],
      [42, 4, says.at ?? at],
    ])
    entries.push(entry, name)
    parts.push(local, name, body)
    at += 30 + name.length + body.length
  }
  const end = header(22, [
    [0, 4, 0x06054b50],
    [10, 2, count],
    [12, 4, entries.reduce((sum, { length }) => sum + length, 0)],
    [16, 4, at],
  ])
  const all = new Blob([...parts, ...entries, end])
  return new File([all.slice(0, all.size - cut)], 'sae.zip', { lastModified: 7 })
}
const refused = async (file: Promise<File> | File): Promise<string | null> =>
  filesOfArchive(await file).then(
    () => null,
    (error: Error) => error.message,
  )
const CFG = { name: 'mirror/cfg.json', text: '{"d_in": 4}' }

describe('an archive of an SAE', () => {
  it('gives its files, stored and compressed ones, as a folder would', async () => {
    const weights = { name: 'mirror/sae_weights.safetensors', text: 'w'.repeat(5000), deflate: true }
    const picked = await filesOfArchive(await zip([{ name: 'mirror/', text: '' }, CFG, weights]))
    expect(picked.map(({ path }) => path)).toEqual([CFG.name, weights.name])
    expect(await Promise.all(picked.map(({ file }) => file.text()))).toEqual([CFG.text, weights.text])
    expect(selectSaeFiles(picked)).toMatchObject({ name: 'mirror', problem: null })
    // The same archive chosen again goes on with the upload it began.
    expect(picked.map(({ file }) => file.lastModified)).toEqual([7, 7])
  })

  it.each<[string, Promise<File> | File, RegExp]>([
    ['leads out', zip([{ ...CFG, name: '../cfg.json' }]), /leads out/],
    ['leads out from within', zip([{ ...CFG, name: 'a/../../cfg.json' }]), /leads out/],
    ['is absolute', zip([{ ...CFG, name: '/etc/cfg.json' }]), /leads out/],
    ['is absolute in another way', zip([{ ...CFG, name: 'c:\\cfg.json' }]), /leads out/],
  ])('is refused when a name %s', async (_, file, why) => expect(await refused(file)).toMatch(why))

  it.each<[string, Promise<File> | File, RegExp]>([
    ['is cut off', zip([CFG], { cut: 30 }), /cut off/],
    ['is none', new File(['no archive'], 'sae.zip'), /no ZIP archive/],
    ['is damaged', zip([{ ...CFG, says: { crc: 1 } }]), /checksum/],
    ['lists what is not there', zip([CFG], { count: 2 }), /damaged list/],
    ['points somewhere else', zip([CFG, { ...CFG, name: 'b', says: { at: 3 } }]), /where its list says/],
    ['keeps two files in one place', zip([CFG, { ...CFG, says: { at: 0 } }]), /in the place of another/],
    [
      'says less than it gives',
      zip([{ ...CFG, text: 'x'.repeat(1e6), deflate: true, says: { bytes: 10 } }]),
      /more in/,
    ],
    ['gives less than it says', zip([{ ...CFG, deflate: true, says: { bytes: 100 } }]), /less in/],
    ['would unpack to too much', zip([{ ...CFG, deflate: true, says: { bytes: MAX_UNPACKED + 1 } }]), /at most/],
    ['reaches beyond its end', zip([{ ...CFG, says: { bytes: 4000 } }]), /ends within/],
    ['is encrypted', zip([{ ...CFG, says: { flags: 1 } }]), /encrypted/],
    ['is compressed otherwise', zip([{ ...CFG, says: { method: 14 } }]), /not read here/],
  ])('is refused with what to do when it %s', async (_, file, why) => {
    const message = await refused(file)
    expect(message).toMatch(why)
    expect(message).toMatch(/Unpack it on this computer/)
  })
})
