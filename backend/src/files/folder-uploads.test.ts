// Folders sent in pieces, against a real server: breaks, wrong offsets, hostile names, full disks, and what is left on disk.
import { createHash, randomBytes } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import path from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Housekeeping } from '../system/housekeeping.js'
import { type Answer, startTestApp, type TestApp } from '../testing/app.js'
import { requireRoom } from './folder-rules.js'
import { storePiece } from './store-piece.js'

let test: TestApp
beforeAll(async () => {
  test = await startTestApp()
})
afterAll(() => test.close())

const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const announce = (files: readonly { name: string; size: number }[], name = 'my model'): Promise<Answer> =>
  test.call('POST', '/folder-uploads', { name, files: files.map((file) => ({ ...file, modified: 1 })) })
const url = (id: string, index: number): string => `${test.url}/api/v1/folder-uploads/${id}/files/${index}`

async function send(id: string, index: number, bytes: Uint8Array, start: number, total: number): Promise<Answer> {
  const headers = {
    authorization: `Bearer ${test.key}`,
    'content-type': 'application/octet-stream',
    'content-range': `bytes ${start}-${start + bytes.length - 1}/${total}`,
  }
  const response = await fetch(url(id, index), { method: 'PATCH', headers, body: new Uint8Array(bytes) })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

/** Sends half of what it announces and hangs up. */
const breakOff = (id: string, bytes: Uint8Array, start: number, total: number): Promise<void> =>
  new Promise((resolve) => {
    const headers = {
      authorization: `Bearer ${test.key}`,
      'content-length': String(bytes.length),
      'content-range': `bytes ${start}-${start + bytes.length - 1}/${total}`,
    }
    const request = httpRequest(url(id, 0), { method: 'PATCH', headers })
    request.on('error', () => resolve())
    request.write(bytes.subarray(0, bytes.length / 2), () => setTimeout(() => request.destroy(), 150))
  })
const fileOf = async (id: string, index = 0) => (await test.call('GET', `/folder-uploads/${id}`)).body.data.files[index]

describe('a folder in pieces', () => {
  it('arrives whole under its own names, each file with its hash', async () => {
    const config = Buffer.from('{"model_type":"llama"}')
    const weights = randomBytes(300_000)
    const created = await announce([
      { name: 'config.json', size: config.length },
      { name: 'model.safetensors', size: weights.length },
    ])
    expect(created.status).toBe(201)
    const { id, path: folder } = created.body.data
    expect(created.body.data).toMatchObject({ complete: false, modelId: null })
    expect((await send(id, 0, config, 0, config.length)).body.data.sha256).toBe(hash(config))
    for (let at = 0; at < weights.length; at += 100_000) {
      const answer = await send(id, 1, weights.subarray(at, at + 100_000), at, weights.length)
      expect(answer.body.data.received).toBe(at + 100_000)
    }
    const upload = (await test.call('GET', `/folder-uploads/${id}`)).body.data
    expect(upload.complete).toBe(true)
    expect(upload.files[1].sha256).toBe(hash(weights))
    expect(path.basename(folder)).toBe('my_model')
    expect((await readdir(folder)).sort()).toEqual(['config.json', 'model.safetensors'])
    expect(await readFile(path.join(folder, 'model.safetensors'))).toEqual(weights)
  })

  it('goes on where a broken connection left it', async () => {
    const bytes = randomBytes(200_000)
    const { id } = (await announce([{ name: 'model.safetensors', size: bytes.length }])).body.data
    await send(id, 0, bytes.subarray(0, 50_000), 0, bytes.length)
    await breakOff(id, bytes.subarray(50_000, 150_000), 50_000, bytes.length)
    await expect.poll(async () => (await fileOf(id)).received).toBeGreaterThan(50_000)
    const { received } = await fileOf(id)
    expect(received).toBeLessThanOrEqual(100_000)
    const answer = await send(id, 0, bytes.subarray(received), received, bytes.length)
    expect(answer.body.data).toMatchObject({ received: bytes.length, sha256: hash(bytes) })
  })

  it('has the same hash when the server was started anew in between', async () => {
    const bytes = randomBytes(100_000)
    const { id, path: folder } = (await announce([{ name: 'model.safetensors', size: bytes.length }])).body.data
    await send(id, 0, bytes.subarray(0, 60_000), 0, bytes.length)
    const { FolderUploadsService } = await import('./folder-uploads.service.js')
    const service = test.app.get(FolderUploadsService, { strict: false })
    // What the process knew of the hash is gone, as after a restart.
    Reflect.get(service, 'hashes').hashes.clear()
    const answer = await send(id, 0, bytes.subarray(60_000), 60_000, bytes.length)
    expect(answer.body.data.sha256).toBe(hash(bytes))
    expect(await readFile(path.join(folder, 'model.safetensors'))).toEqual(bytes)
  })

  it('says where to go on to a piece that is not the next', async () => {
    const bytes = randomBytes(1000)
    const { id } = (await announce([{ name: 'model.safetensors', size: 1000 }])).body.data
    await send(id, 0, bytes.subarray(0, 400), 0, 1000)
    for (const start of [0, 399, 401]) {
      const answer = await send(id, 0, bytes.subarray(start, start + 100), start, 1000)
      expect(answer.status).toBe(409)
      expect(answer.body.error.details).toEqual({ received: 400, complete: false })
    }
    expect((await send(id, 0, bytes.subarray(400), 400, 1000)).body.data.sha256).toBe(hash(bytes))
    expect((await send(id, 0, bytes.subarray(0, 10), 0, 1000)).body.error.details).toEqual({
      received: 1000,
      complete: true,
    })
  })

  it('lets one request at a time write a file', async () => {
    const bytes = randomBytes(100_000)
    const { id } = (await announce([{ name: 'model.safetensors', size: bytes.length }])).body.data
    const answers = await Promise.all([send(id, 0, bytes, 0, bytes.length), send(id, 0, bytes, 0, bytes.length)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409])
    expect((await fileOf(id)).sha256).toBe(hash(bytes))
  })

  it('keeps two uploads of the same name apart', async () => {
    const [one, two] = [randomBytes(5000), randomBytes(5000)]
    const ids = await Promise.all(
      [one, two].map(async ({ length }) => {
        const { body } = await announce([{ name: 'model.safetensors', size: length }])
        return body.data.id as string
      }),
    )
    const answers = await Promise.all([send(ids[0]!, 0, one, 0, 5000), send(ids[1]!, 0, two, 0, 5000)])
    expect(answers.map(({ body }) => body.data.sha256)).toEqual([hash(one), hash(two)])
  })
})

describe('what is refused', () => {
  it.each([
    '../config.json',
    'a/b.json',
    '..',
    '.hidden.json',
    '/etc/passwd.json',
    'a\0.json',
    'C:\\x.json',
    'x'.repeat(201),
  ])('the name %s', async (name) => {
    expect((await announce([{ name, size: 1 }])).body.error.code).toBe('validation_failed')
  })

  it('pickles, files of no model, empty files and names that come twice', async () => {
    const pickle = await announce([{ name: 'pytorch_model.bin', size: 1 }])
    expect(pickle.body.error).toMatchObject({ code: 'file_invalid', message: expect.stringContaining('safetensors') })
    expect((await announce([{ name: 'run.sh', size: 1 }])).body.error.code).toBe('file_invalid')
    expect((await announce([{ name: 'config.json', size: 0 }])).body.error.code).toBe('validation_failed')
    const twice = [
      { name: 'config.json', size: 1 },
      { name: 'Config.json', size: 1 },
    ]
    expect((await announce(twice)).body.error.code).toBe('file_invalid')
  })

  it('more than the server takes', async () => {
    const files = ['a', 'b'].map((name) => ({ name: `${name}.safetensors`, size: 600_000 }))
    expect((await announce(files)).body.error.code).toBe('payload_too_large')
  })

  it('a piece without range, of another size, or longer than its range', async () => {
    const { id } = (await announce([{ name: 'model.safetensors', size: 10 }])).body.data
    const authorization = `Bearer ${test.key}`
    const patch = async (headers: Record<string, string>, body: string | ReadableStream) => {
      const response = await fetch(url(id, 0), {
        method: 'PATCH',
        headers: { authorization, ...headers },
        body,
        duplex: 'half',
      } as RequestInit)
      return ((await response.json()) as { error: { code: string } }).error.code
    }
    expect(await patch({}, 'x')).toBe('bad_request')
    expect(await patch({ 'content-range': 'bytes 5-4/10' }, 'x')).toBe('bad_request')
    expect(await patch({ 'content-range': 'bytes 0-3/10' }, 'xxxxxx')).toBe('bad_request')
    expect(await patch({ 'content-range': 'bytes 0-3/11' }, 'xxxx')).toBe('bad_request')
    expect(await patch({ 'content-range': `bytes 0-${2 ** 40}/${2 ** 41}` }, 'xxxx')).toBe('bad_request')
    expect((await send(id, 7, Buffer.from('x'), 0, 10)).body.error.code).toBe('not_found')
    expect((await fileOf(id)).received).toBe(0)
  })

  it('an upload that the disk has no room for', () => {
    const gib = 2 ** 30
    expect(() => requireRoom(5 * gib, 0, 6 * gib)).not.toThrow()
    expect(() => requireRoom(5 * gib, gib, 6 * gib)).toThrow(expect.objectContaining({ code: 'disk_full' }))
    expect(() => requireRoom(6 * gib, 0, 6 * gib)).toThrow(expect.objectContaining({ code: 'disk_full' }))
  })

  it('bytes that the disk does not take, without counting them', async () => {
    const body = Readable.from([Buffer.from('abc')])
    const { written, failure } = await storePiece(body, '/dev/full', { offset: 0, length: 3 }, createHash('sha256'))
    expect(written).toBe(0)
    expect(failure).toMatchObject({ code: 'disk_full' })
  })
})

describe('use and removal', () => {
  it('cannot be inspected while files are missing', async () => {
    const { path: folder } = (await announce([{ name: 'config.json', size: 5 }])).body.data
    const answer = await test.call('POST', '/models/inspect', { path: folder })
    expect(answer.body.error).toMatchObject({ code: 'wrong_state' })
    const parent = await test.call('POST', '/models/inspect', { path: path.dirname(folder) })
    expect(parent.body.error.code).toBe('path_outside_roots')
  })

  it('forgets an upload on cancel and has its files removed', async () => {
    const { id } = (await announce([{ name: 'config.json', size: 5 }])).body.data
    expect((await test.call('DELETE', `/folder-uploads/${id}`)).status).toBe(200)
    expect((await test.call('GET', `/folder-uploads/${id}`)).body.error.code).toBe('not_found')
    expect((await send(id, 0, Buffer.from('x'), 0, 5)).body.error.code).toBe('not_found')
    expect(await removals()).toContainEqual({ targets: [{ room: 'uploads', id }] })
  })

  it('goes with its model only when asked, and is not swept while the model lives', async () => {
    const { id, path: folder } = (await announce([{ name: 'config.json', size: 5 }])).body.data
    const model = async (modelId: string) => {
      await test.database.prisma.model.create({ data: { id: modelId, name: 'm', path: folder } })
      await test.database.prisma.folderUpload.update({ where: { id }, data: { registeredAt: new Date() } })
    }
    const [first, second] = ['00000000-0000-4000-8000-00000000000a', '00000000-0000-4000-8000-00000000000b']
    await model(first)
    expect((await test.call('GET', `/folder-uploads/${id}`)).body.data.modelId).toBe(first)
    expect((await test.call('DELETE', `/folder-uploads/${id}`)).body.error.code).toBe('in_use')
    await test.call('DELETE', `/models/${first}`)
    expect((await stat(folder)).isDirectory()).toBe(true)
    expect((await test.call('GET', `/folder-uploads/${id}`)).body.data.modelId).toBeNull()
    await model(second)
    await test.call('DELETE', `/models/${second}?files=delete`)
    expect((await test.call('GET', `/folder-uploads/${id}`)).status).toBe(404)
    expect(await removals()).toContainEqual({ targets: [{ room: 'uploads', id }] })
  })

  it('is swept after a day without a visitor, unless a model came of it', async () => {
    const { id: old } = (await announce([{ name: 'config.json', size: 5 }])).body.data
    const { id: kept } = (await announce([{ name: 'config.json', size: 5 }])).body.data
    const { id: fresh } = (await announce([{ name: 'config.json', size: 5 }])).body.data
    const touchedAt = new Date(Date.now() - 25 * 3_600_000)
    await test.database.prisma.folderUpload.updateMany({ where: { id: { in: [old, kept] } }, data: { touchedAt } })
    await test.database.prisma.folderUpload.update({ where: { id: kept }, data: { registeredAt: touchedAt } })
    await test.app.get(Housekeeping, { strict: false }).tidy()
    const left = (await test.call('GET', '/folder-uploads')).body.data.map((upload: { id: string }) => upload.id)
    expect([old, kept, fresh].map((id) => left.includes(id))).toEqual([false, true, true])
  })
})

const removals = async () =>
  (await test.database.prisma.job.findMany({ where: { kind: 'files.remove' } })).map(({ params }) => params)
